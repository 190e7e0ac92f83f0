const SIGNATURE = Buffer.from('http://ns.adobe.com/xap/1.0/\0');

/**
 * A JPEG stream with an XMP packet as its first application segment (XMP part 3, 1.1.3), without encoding it anew.
 *
 * @param jpeg a stream that begins with SOI
 * @param packet shorter than 65,500 bytes
 */
export function insertXmp(jpeg: Uint8Array, packet: Uint8Array): Buffer {
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(2 + SIGNATURE.length + packet.length, 4);
  return Buffer.concat([head, SIGNATURE, packet, jpeg.subarray(2)]);
}
