import { type Device, openDevice } from '../engine/device.js';

let opened: Promise<Device> | undefined;

/** The bundled device that test files share, so that a kernel is compiled for the first of them only. It isn't closed. */
export function sharedDevice(): Promise<Device> {
  opened ??= openDevice({ tier: 'bundled' });
  return opened;
}
