import type { Json } from '@aura/contract';
import { fillIn, leavesOf, type ProbeLeaf, type ProbeShape, requiredLeavesOf } from './probe-shape.ts';

/** One way of asking for what is somebody else's: which fields name it, the others being the caller's own. */
export interface ProbeCase {
  shape: ProbeShape;
  /** For messages: `roomId+messageId`. */
  name: string;
  strange: readonly ProbeLeaf[];
  /** In a list: after one of the caller's own. */
  isMixed: boolean;
}

/** What a leaf is filled in with, in the words of one who asks. */
export interface ProbeValues {
  email: string;
  own(leaf: ProbeLeaf): string;
  strange(leaf: ProbeLeaf): string;
}

/** Each field alone, all that are required, and all there are. */
export function probeCases(shapes: readonly ProbeShape[]): ProbeCase[] {
  return shapes.flatMap((shape) => {
    const leaves = leavesOf(shape);
    const sets = [...leaves.map((leaf) => [leaf]), requiredLeavesOf(shape), leaves];
    const distinct = new Map(sets.map((strange) => [nameOf(strange), strange]));
    distinct.delete('');
    return [...distinct].flatMap(([name, strange]) =>
      (strange.some(({ isListed }) => isListed) ? [false, true] : [false]).map((isMixed): ProbeCase => ({
        shape,
        name,
        strange,
        isMixed,
      })),
    );
  });
}

export function inputOf({ shape, strange, isMixed }: ProbeCase, values: ProbeValues): Json | undefined {
  const strangeAt = new Set(strange.map(({ at }) => at));
  const requiredAt = new Set(requiredLeavesOf(shape).map(({ at }) => at));
  return fillIn(shape, {
    email: values.email,
    valuesOf(leaf) {
      if (strangeAt.has(leaf.at)) return [...(isMixed ? [values.own(leaf)] : []), values.strange(leaf)];
      return requiredAt.has(leaf.at) ? [values.own(leaf)] : [];
    },
  });
}

function nameOf(leaves: readonly ProbeLeaf[]): string {
  return leaves.map(({ at }) => at).join('+');
}
