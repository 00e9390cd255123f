import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Device } from '../../engine/device.js';

/** Without it a time says nothing. */
export interface Machine {
  /** The driver and the kind of device, in one line. */
  device: string;
  tier: string;
  /** Whether the device computes on the CPU. */
  software: boolean;
  /** Bytes that one binding of the device takes. */
  bindingLimit: number;
  cpu: string;
  /** Hardware threads that this process may use. */
  cores: number;
  /** Bytes. */
  memory: number;
  platform: string;
  node: string;
}

export function machineOf(device: Device): Machine {
  return {
    device: device.driver,
    tier: device.tier,
    software: device.software,
    bindingLimit: device.gpu.limits.maxStorageBufferBindingSize,
    cpu: cpus()[0]?.model.trim() || 'unknown processor',
    cores: availableParallelism(),
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
