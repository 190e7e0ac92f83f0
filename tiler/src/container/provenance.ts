import type { PictureInfo } from './picture.js';

export const SOFTWARE = 'Tessera';

/** IPTC's term for pictures made by a trained model (https://cv.iptc.org/newscodes/digitalsourcetype/). */
const SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/** What every file says of itself: synthetic first, then the description's entries in their order. */
export function provenance(info: PictureInfo): [string, string][] {
  const entries = Object.entries({ ...info.description, synthetic: true });
  entries.sort(([a], [b]) => Number(b === 'synthetic') - Number(a === 'synthetic'));
  return entries.map(([key, value]) => [key, String(value)]);
}

/** The provenance as one line, `key = value` with bars between, the form of Aperio's descriptions. */
export function provenanceLine(info: PictureInfo): string {
  // A bar or a line break inside a value would be read as the next entry.
  const plain = (text: string) => text.replace(/[|\r\n\0]+/g, ' ');
  return provenance(info)
    .map(([key, value]) => `${plain(key)} = ${plain(value)}`)
    .join('|');
}

/** XMP packet (ISO 16684-1) that marks a file as made by a model; with `description`, also by which and how. */
export function xmpPacket(description?: string): string {
  const about = description
    ? `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(description)}</rdf:li></rdf:Alt></dc:description>`
    : '';
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ` xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmp:CreatorTool="${SOFTWARE}"`,
    ` Iptc4xmpExt:DigitalSourceType="${SOURCE_TYPE}">${about}</rdf:Description>`,
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
  ].join('');
}

/** Text made safe for XML content and attribute values; characters that XML cannot hold are dropped. */
export function escapeXml(text: string): string {
  const escapes: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to drop
  const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;
  return text.replace(forbidden, '').replace(/[&<>"']/g, (character) => escapes[character]!);
}
