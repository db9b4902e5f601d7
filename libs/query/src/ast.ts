/** Placeholder of the tree; the parser's own file set replaces it. */
export type Query = { readonly type: 'all' };
