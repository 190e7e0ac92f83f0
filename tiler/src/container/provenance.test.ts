import { expect, it } from 'vitest';
import { escapeXml, provenance, provenanceLine, xmpPacket } from './provenance.js';
import { makeInfo } from './testing/picture.js';

it('says synthetic first, whatever the description says', () => {
  const info = { ...makeInfo(1, 1), description: { seed: '7', synthetic: false } };
  expect(provenance(info)).toEqual([
    ['synthetic', 'true'],
    ['seed', '7'],
  ]);
});

it('keeps bars and line breaks out of the values of the line', () => {
  const info = { ...makeInfo(1, 1), description: { like: 'a|b\nc' } };
  expect(provenanceLine(info)).toBe('synthetic = true|like = a b c');
});

it('escapes XML and drops what it cannot hold', () => {
  expect(escapeXml(`<a b='"&">\u0000\u0007\ud800é`)).toBe('&lt;a b=&apos;&quot;&amp;&quot;&gt;é');
});

it('marks a file as made by a trained model', () => {
  expect(xmpPacket('a < b')).toContain('digitalsourcetype/trainedAlgorithmicMedia');
  expect(xmpPacket('a < b')).toContain('a &lt; b');
});
