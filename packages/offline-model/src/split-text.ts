const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const maxTokenUnits = 12;

/**
 * Cuts text into small pieces that join to exactly the text: a word with the space before it each, long
 * words by what readers see as characters. No piece ends inside a surrogate pair, syllable or emoji.
 */
export function* splitText(text: string): Generator<string> {
  for (const [word] of text.matchAll(/\s*[^\s]+|\s+/gu)) {
    if (word.length <= maxTokenUnits) yield word;
    else yield* splitWord(word);
  }
}

function* splitWord(word: string): Generator<string> {
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && piece.length + segment.length > maxTokenUnits) {
      yield piece;
      piece = '';
    }
    piece += segment;
  }
  if (piece !== '') yield piece;
}

/** Cuts tool arguments into at least two pieces where their length allows, at code points. */
export function* splitArguments(text: string): Generator<string> {
  const points = Array.from(text);
  const size = Math.max(1, Math.min(maxTokenUnits, Math.ceil(points.length / 2)));
  for (let at = 0; at < points.length; at += size) yield points.slice(at, at + size).join('');
}
