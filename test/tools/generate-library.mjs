/**
 * Writes compiler/std/library.ts from compiler/std/*.nn, so that the compiler carries the library's text with it and
 * needs no file system. Part of `npm run build`; plain JavaScript because it runs before anything is compiled.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../../compiler/std/", import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith(".nn"))
  .sort();
const entries = files.map((file) => {
  const text = readFileSync(new URL(file, folder), "utf8").replaceAll("\r\n", "\n");
  return `  { name: ${JSON.stringify(`std/${file}`)}, text: ${JSON.stringify(text)} },`;
});
const output = `/** The standard library's text. Generated from compiler/std by test/tools/generate-library.mjs. */
export const library: readonly { readonly name: string; readonly text: string }[] = [
${entries.join("\n")}
];
`;
const target = new URL("library.ts", folder);
const before = existsSync(target) ? readFileSync(target, "utf8") : undefined;
// An unchanged file keeps its time, so that watchers and incremental builds see no change.
if (before !== output) writeFileSync(target, output);
