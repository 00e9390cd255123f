import { usage } from '../errors.js';

/**
 * Refuses to go on with other settings than what is there was made with.
 *
 * @param what is there, in words. @throws VoxstyleError `usage` that names the first that differs.
 */
export function requireSame<Settings extends object>(what: string, settings: Settings, saved?: Settings): void {
  if (saved === undefined) return;
  for (const [name, value] of Object.entries(settings)) {
    const [found, before] = [value, saved[name as keyof Settings]].map((one) => JSON.stringify(one));
    if (found === before) continue;
    throw usage('resume', `the ${name} of the ${what} that are there, ${before}`, `${found}`, 'start without --resume');
  }
}
