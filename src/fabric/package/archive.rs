//! The smallest writers of tar (POSIX.1-1988 `ustar`) and gzip (RFC 1952) that Fabric reads, without a clock, an owner
//! or a compressor.

/// A tar of regular files, in the given order, within gzip. Names are at most 100 bytes long.
pub(super) fn tar_gz(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in files {
        tar.extend_from_slice(&header(name, content.len()));
        tar.extend_from_slice(content);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }
    tar.resize(tar.len() + 2 * BLOCK, 0);
    gzip(&tar)
}

const BLOCK: usize = 512;

/// A header: name, mode 0644, owner 0, size, time 0, a regular file.
fn header(name: &str, size: usize) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    put(&mut header, 0, name.as_bytes());
    put(&mut header, 100, b"0000644\0");
    put(&mut header, 108, b"0000000\0");
    put(&mut header, 116, b"0000000\0");
    put(&mut header, 124, format!("{size:011o}\0").as_bytes());
    put(&mut header, 136, b"00000000000\0");
    put(&mut header, 156, b"0");
    put(&mut header, 257, b"ustar\x0000");
    // The sum is taken with blanks in its own place.
    put(&mut header, 148, b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut header, 148, format!("{sum:06o}\0 ").as_bytes());
    header
}

fn put(header: &mut [u8; BLOCK], at: usize, field: &[u8]) {
    for (place, byte) in header.iter_mut().skip(at).zip(field) {
        *place = *byte;
    }
}

/// The most bytes of one stored block of deflate.
const STORED: usize = 0xFFFF;

fn gzip(content: &[u8]) -> Vec<u8> {
    // Deflate, no flags, no time, no hint, unknown system.
    let mut out = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    let mut rest = content;
    loop {
        let (chunk, after) = rest.split_at(rest.len().min(STORED));
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        out.push(u8::from(after.is_empty()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    out.extend_from_slice(&crc32(content).to_le_bytes());
    let length = u32::try_from(content.len() & 0xFFFF_FFFF).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out
}

/// The remainders of all bytes, for [`crc32`].
const REMAINDERS: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte: u32 = 0;
    while byte < 256 {
        let (mut rest, mut bit) = (byte, 0);
        while bit < 8 {
            rest = if rest & 1 == 1 { 0xEDB8_8320 ^ (rest >> 1) } else { rest >> 1 };
            bit += 1;
        }
        table[byte as usize] = rest;
        byte += 1;
    }
    table
};

/// CRC-32 of RFC 1952, §8.
fn crc32(content: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| REMAINDERS[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8);
    !content.iter().fold(!0, step)
}
