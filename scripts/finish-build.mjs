// What the compiler leaves out: the kernels, the shipped networks, the schema of Ψ, and the command's executable bit.
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { psiSchema } from '../dist/engine/psi.js';

cpSync('wgsl', 'dist/wgsl', { recursive: true });
cpSync('networks/weights', 'dist/networks/weights', { recursive: true });
writeFileSync('dist/psi.schema.json', `${JSON.stringify(z.toJSONSchema(psiSchema, { io: 'input' }), null, 2)}\n`);
chmodSync('dist/cli/main.js', 0o755);
