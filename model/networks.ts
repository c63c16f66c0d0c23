import { BlockList } from "node:net";

/**
 * The metadata addresses of clouds, which provide credentials: link-local ones, and those of Alibaba, Azure, Oracle
 * and, for IPv6, Amazon and Google.
 * @see https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export const METADATA = [
  "100.100.100.200/32",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "192.0.0.192/32",
  "fd00:ec2::254/128",
  "fd20:ce::254/128",
  "fe80::/10",
] as const;

/** The family of a network such as `10.0.0.0/8` or `fd00::/8`. */
export function family(network: string): "ipv4" | "ipv6" {
  return network.includes(":") ? "ipv6" : "ipv4";
}

/** Whether one network contains another. */
export function contains(outer: string, inner: string): boolean {
  if (family(outer) !== family(inner)) return false;
  const [base, length] = parts(outer);
  const [address, innerLength] = parts(inner);
  if (innerLength < length) return false;
  const list = new BlockList();
  list.addSubnet(base, length, family(outer));
  return list.check(address, family(inner));
}

/** Whether two networks overlap, in which case one contains the other. */
export function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function parts(network: string): [address: string, length: number] {
  const [address = "", length = ""] = network.split("/");
  return [address, Number(length)];
}
