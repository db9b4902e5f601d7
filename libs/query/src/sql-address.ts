/** SQL for an address's 32 hexadecimal digits, as `addressKey` writes them; NULL or nonsense for what is none. */
export function addressSql(value: string): string {
  const octet = (index: number): string => `TRY_CAST(split_part(${value}, '.', ${index}) AS INTEGER)`;
  const ipv4 = `'00000000000000000000ffff' || printf('%02x%02x%02x%02x', ${[1, 2, 3, 4].map(octet).join(', ')})`;
  const left = groups(`split_part(${value}, '::', 1)`);
  const right = groups(`split_part(${value}, '::', 2)`);
  const ipv6 = `${left} || repeat('0', 32 - length(${left}) - length(${right})) || ${right}`;
  return `(CASE WHEN regexp_full_match(${value}, '[0-9]+([.][0-9]+){3}') THEN ${ipv4} WHEN contains(${value}, ':') THEN ${ipv6} END)`;
}

function groups(part: string): string {
  return `array_to_string(list_transform(list_filter(string_split(lower(${part}), ':'), lambda g: g <> ''), lambda g: lpad(g, 4, '0')), '')`;
}
