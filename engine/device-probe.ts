/**
 * The child process of diagnose(): opens the tier named by its argument, tests it and sends what it found to its parent.
 */
import { oneLine, VoxstyleError } from '../errors.js';
import { openTier, type Tier } from './device.js';
import { type SelfTest, selfTest } from './device-selftest.js';

/** The limits that decide whether and how fast a cube renders. */
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxTextureDimension3D',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** What is known of a tier that gives a device. */
export interface DeviceReport {
  driver: string;
  /** The adapter's own description of itself, by field. */
  info: Record<string, string>;
  software: boolean;
  selfTest: SelfTest;
  /** The adapter's limits in bytes or counts. */
  limits: Record<(typeof LIMITS)[number], number>;
  /** The adapter's features, sorted. */
  features: string[];
  /** Smallest and largest number of lanes of a subgroup; absent where the driver doesn't say. */
  subgroupSize?: [number, number];
}

/** A finding about one tier: either why there is none, or the report of the device. */
export type Finding = { status: 'absent' | 'broken'; evidence: string; remedy: string } | DeviceReport;

async function probe(tier: Tier): Promise<Finding> {
  const device = await openTier(tier);
  if ('status' in device) return device;
  const { limits, features, info } = device.adapter;
  const { subgroupMinSize, subgroupMaxSize } = info;
  const report: DeviceReport = {
    driver: device.driver,
    info: {
      vendor: info.vendor,
      architecture: info.architecture,
      device: info.device,
      description: info.description,
    },
    software: device.software,
    selfTest: await selfTest(device),
    limits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]])) as DeviceReport['limits'],
    features: [...features].sort(),
    ...(subgroupMinSize && subgroupMaxSize && { subgroupSize: [subgroupMinSize, subgroupMaxSize] }),
  };
  device.close();
  return report;
}

const finding: Finding = await probe(process.argv[2] as Tier).catch((error: Error) => {
  if (!(error instanceof VoxstyleError)) throw error;
  const { where, found, fix } = error.parts;
  return { status: 'broken', evidence: oneLine(`${where}: ${found}`), remedy: fix };
});
process.send!(finding, () => process.disconnect());
