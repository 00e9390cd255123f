// The package's main entry is CommonJS without named exports under Node; the module file has them.
import { type ArrayInfo, type StructInfo, type TypeInfo, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Constants } from './shader.js';

/** What TypeScript hands over for a WGSL value: a number, a vector or an array as a list, a struct as an object. */
export type StructValue = number | readonly StructValue[] | { readonly [member: string]: StructValue };

/** The layout of one WGSL struct, read from its source: there is no second place where an offset is written down. */
export class StructLayout {
  readonly #info: StructInfo;

  /** @param source WGSL with every constant that the struct's array sizes use. */
  constructor(
    source: string,
    readonly name: string,
  ) {
    const info = new WgslReflect(source).structs.find((struct) => struct.name === name);
    if (!info) throw new RangeError(`StructLayout: no struct ${name} in the source`);
    this.#info = info;
  }

  /** In bytes, and as the host must allocate it. */
  get size(): number {
    return this.#info.size;
  }

  /** The bytes of one struct, every member given. */
  pack(value: StructValue): ArrayBuffer {
    const bytes = new ArrayBuffer(this.size);
    write(new DataView(bytes), 0, this.#info, value, this.name);
    return bytes;
  }

  /** Byte offset of the scalar at a path of member names and indices: channels.0.knots.3.color.1. */
  offset(path: string): number {
    let type: TypeInfo = this.#info;
    let offset = 0;
    for (const step of path.split('.')) {
      if (type.isStruct) {
        const member: StructInfo['members'][number] | undefined = (type as StructInfo).members.find(
          (m) => m.name === step,
        );
        if (!member) throw new RangeError(`StructLayout: ${this.name} has no ${path}`);
        offset += member.offset;
        type = member.type;
      } else {
        const { stride, format, count } = type as ArrayInfo;
        if (!(Number(step) < count)) throw new RangeError(`StructLayout: ${this.name} has no ${path}`);
        offset += stride * Number(step);
        type = format;
      }
    }
    return offset;
  }

  /** For structs of 4-byte scalars: the place of each member as the constant Struct_member, and Struct_size, in scalars. */
  indexConstants(): Constants {
    const constants: Record<string, number> = {};
    const visit = (type: TypeInfo) => {
      if (type.isArray) return visit((type as ArrayInfo).format);
      if (!type.isStruct) return;
      constants[`${type.name}_size`] = type.size / 4;
      for (const member of (type as StructInfo).members) {
        constants[`${type.name}_${member.name}`] = member.offset / 4;
        visit(member.type);
      }
    };
    visit(this.#info);
    return constants;
  }
}

function write(view: DataView, offset: number, type: TypeInfo, value: StructValue, path: string): void {
  if (type.isStruct) {
    for (const member of (type as StructInfo).members) {
      const part = (value as Record<string, StructValue>)[member.name];
      if (part === undefined) throw new RangeError(`StructLayout: ${path}.${member.name} is missing`);
      write(view, offset + member.offset, member.type, part, `${path}.${member.name}`);
    }
    return;
  }
  const vector = /^vec(\d)([fu])$/.exec(type.name);
  if (type.isArray || vector) {
    const list = value as readonly StructValue[];
    const { count, stride, format } = vector
      ? { count: Number(vector[1]), stride: 4, format: { name: vector[2] === 'f' ? 'f32' : 'u32' } as TypeInfo }
      : (type as ArrayInfo);
    if (list.length !== count) throw new RangeError(`StructLayout: ${path} takes ${count} values, got ${list.length}`);
    for (const [i, item] of list.entries()) write(view, offset + i * stride, format, item, `${path}.${i}`);
    return;
  }
  if (typeof value !== 'number') throw new RangeError(`StructLayout: ${path} takes a number`);
  if (type.name === 'f32') view.setFloat32(offset, value, true);
  else if (type.name === 'u32') view.setUint32(offset, value, true);
  else throw new RangeError(`StructLayout: ${path} is of type ${type.name}, which is not packed here`);
}
