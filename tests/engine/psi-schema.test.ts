import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { psiSchema } from '../../engine/psi.js';
import { SCALARS, type ScalarSpec } from '../../engine/psi-scalars.js';

const test = suite('Ψ, schema');

test('the table of scalars makes sense', () => {
  for (const [key, spec] of Object.entries<ScalarSpec>(SCALARS)) {
    const [low, high] = spec.bounds;
    assert.ok(low < high && low <= spec.default && spec.default <= high && spec.pace > 0 && spec.about !== '', key);
    if (spec.bijection === 'log') assert.ok(low > 0, key);
    if (spec.bijection === 'asinh') assert.ok(low >= 0, key);
  }
});

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode | false;
  prefixItems?: SchemaNode[];
  additionalProperties?: unknown;
  anyOf?: SchemaNode[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
}

test('the JSON Schema lists every scalar with its bounds and says no to unknown keys', () => {
  const schema = z.toJSONSchema(psiSchema, { io: 'input' }) as SchemaNode;
  for (const [key, { bounds, about, unit, default: initial }] of Object.entries(SCALARS)) {
    let node: SchemaNode | undefined = schema;
    let whole: SchemaNode | undefined;
    for (const step of key.split('.')) {
      if (step === '*' && node?.prefixItems) whole = node;
      node = step === '*' ? node?.items || node?.prefixItems?.[2] : node?.properties?.[step];
    }
    assert.ok(node, `the schema has no ${key}`);
    // A field of view may also be 0, which is another camera.
    const scalar = node.anyOf?.at(-1) ?? node;
    assert.equal([scalar.minimum, scalar.maximum], [...bounds], key);
    assert.ok(scalar.description!.includes(about) && scalar.description!.includes(unit), key);
    if (key.includes('.knots.')) continue;
    assert.equal(whole ? whole.default : node.default, whole ? [initial, initial, initial] : initial, key);
  }
  const objects = (node: SchemaNode): SchemaNode[] => [
    ...(node.properties ? [node] : []),
    ...[...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : [])].flatMap(objects),
  ];
  const all = objects(schema);
  assert.ok(all.length >= 12, `${all.length} objects`);
  for (const { additionalProperties, properties } of all)
    assert.is(additionalProperties, false, Object.keys(properties!).join());
});

test.run();
