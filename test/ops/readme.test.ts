/** The table in compiler/ops/README.md lists exactly the registered ops, with their operands and attributes. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { coreOps } from "../../compiler/ops/registry.ts";

const text = readFileSync(new URL("../../compiler/ops/README.md", import.meta.url), "utf8");

test("the README's table is the registry", () => {
  const rows = text.split("\n").flatMap((line) => {
    const cells = /^\| `(\w+)` *\|([^|]*)\|([^|]*)\|[^|]*\|([^|]*)\|$/.exec(line);
    return cells === null ? [] : [cells.slice(1).map((cell) => cell.trim())];
  });
  const expected = [...coreOps.values()].map((op) => [
    op.name,
    op.operands === "variadic" ? "one or more" : op.operands.join(", "),
    Object.keys(op.attributes).join(", "),
  ]);
  expect(rows.map((cells) => cells.slice(0, 3))).toEqual(expected);
  for (const [name, , , gradient] of rows) {
    const differentiable = coreOps.get(name!)!.gradient !== undefined;
    if (name !== "gradient") expect(gradient !== "-", name).toBe(differentiable);
  }
});
