export { type Checkpoint, parseCheckpoint } from './checkpoint.js';
export type { Targets } from './comparisons.js';
export * from './events.js';
export { type Level, MOST_LEVELS } from './levels.js';
export { REFINE_DEFAULTS, type RefineOptions } from './options.js';
export { refine } from './refine.js';
export { keepRun, RUN_FILES, readRun, type SavedRun } from './run-folder.js';
export { composeSheet, type Panel } from './sheet.js';
