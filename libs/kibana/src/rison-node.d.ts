declare module 'rison-node' {
  const rison: { decode(text: string): unknown };
  export default rison;
}
