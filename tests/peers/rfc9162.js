// Verifies inclusion and consistency proofs as the text of RFC 9162, 2.1.3.2 and 2.1.4.2, says; no packages.
// stdin: [[what, first hash, index or old size, size, path, root], …]   stdout: [true | false, …]
"use strict";
const { createHash } = require("crypto");

const node = (left, right) =>
  createHash("sha256").update(Buffer.from([1])).update(left).update(right).digest();

function inclusion(leaf, index, size, path, root) {
  if (index >= size) return false;
  let fn = index, sn = size - 1, r = leaf;
  for (const p of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = node(p, r);
      if (fn % 2 === 0) while (fn % 2 === 0 && fn !== 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2); }
    } else {
      r = node(r, p);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && r.equals(root);
}

function consistency(first, firstSize, secondSize, given, second) {
  if (given.length === 0) return false;
  const path = Number.isInteger(Math.log2(firstSize)) ? [first, ...given] : given;
  let fn = firstSize - 1, sn = secondSize - 1;
  while (fn % 2 === 1) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2); }
  let fr = path[0], sr = path[0];
  for (const c of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = node(c, fr);
      sr = node(c, sr);
      if (fn % 2 === 0) while (fn % 2 === 0 && fn !== 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2); }
    } else {
      sr = node(sr, c);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return fr.equals(first) && sr.equals(second) && sn === 0;
}

const bytes = (hex) => Buffer.from(hex, "hex");
const check = { inclusion, consistency };
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(([what, one, at, size, path, root]) =>
  check[what](bytes(one), at, size, path.map(bytes), bytes(root)))));
