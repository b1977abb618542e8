//! From bytes to text: byte-order marks, UTF-16, Latin-1 and Windows-1252, in one pass to find
//! out and one to decode, without holding the file in memory.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::error::ReadError;

const CHUNK: usize = 1 << 16;

/// Which encoding a file has.
pub(crate) fn detect(
    mut input: impl Read,
    named: Option<&str>,
) -> Result<&'static Encoding, DetectError> {
    let mut chunk = vec![0_u8; CHUNK];
    let first = fill(&mut input, &mut chunk)?;
    let head = chunk.get(..first).unwrap_or(&[]).to_vec();
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(encoding);
    }
    if let Some(name) = named {
        let encoding = Encoding::for_label(name.as_bytes());
        return encoding.ok_or_else(|| ReadError::Encoding(name.to_owned()).into());
    }
    if let Some(encoding) = utf16_without_mark(&head) {
        return Ok(encoding);
    }
    if head.contains(&0) {
        return Err(ReadError::NotATable {
            what: "a binary file",
            advice: "give a CSV, TSV, XLSX or Parquet file",
        }
        .into());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut utf8 = UTF_8.new_decoder_without_bom_handling();
    let mut scratch = String::with_capacity(CHUNK * 3 + 16);
    let mut valid = true;
    let mut part = head;
    loop {
        let last = part.is_empty();
        detector.feed(&part, last);
        if valid {
            scratch.clear();
            let (result, _) = utf8.decode_to_string_without_replacement(&part, &mut scratch, last);
            valid = result == encoding_rs::DecoderResult::InputEmpty;
        }
        if last {
            break;
        }
        let read = fill(&mut input, &mut chunk)?;
        part = chunk.get(..read).unwrap_or(&[]).to_vec();
    }
    Ok(if valid { UTF_8 } else { detector.guess(None, Utf8Detection::Deny) })
}

/// Why the encoding could not be found.
pub(crate) enum DetectError {
    Io(io::Error),
    Refused(ReadError),
}

impl From<io::Error> for DetectError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ReadError> for DetectError {
    fn from(error: ReadError) -> Self {
        Self::Refused(error)
    }
}

/// Text in UTF-16 has a zero in every other byte as long as it is mostly Latin.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 7 && even * 10 < pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd * 10 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|r| !r.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// Reads bytes of any encoding and gives UTF-8; malformed sequences become U+FFFD.
pub(crate) struct Transcoder<R> {
    input: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    text: String,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    pub(crate) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            bytes: vec![0; CHUNK],
            text: String::with_capacity(CHUNK * 3 + 16),
            given: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = fill(&mut self.input, &mut self.bytes)?;
        self.ended = read < self.bytes.len();
        self.text.clear();
        self.given = 0;
        let mut rest = self.bytes.get(..read).unwrap_or(&[]);
        loop {
            let (result, used, _) = self.decoder.decode_to_string(rest, &mut self.text, self.ended);
            rest = rest.get(used..).unwrap_or(&[]);
            match result {
                CoderResult::InputEmpty => return Ok(()),
                CoderResult::OutputFull => self.text.reserve(CHUNK),
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let ready = self.text.as_bytes().get(self.given..).unwrap_or(&[]);
        let n = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(bytes: &[u8]) -> (String, &'static str) {
        let encoding = detect(bytes, None).unwrap_or(UTF_8);
        let mut text = String::new();
        Transcoder::new(bytes, encoding).read_to_string(&mut text).unwrap();
        (text, encoding.name())
    }

    #[test]
    fn marks_and_encodings_are_recognised() {
        let text = "Datum;Umsatz für Köln;€\n2024-01-01;1,5;x\n";
        let utf16 = |f: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(f).collect::<Vec<u8>>();
        assert_eq!(through(text.as_bytes()), (text.into(), "UTF-8"));
        assert_eq!(through(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()).0, text);
        assert_eq!(through(&[b"\xFF\xFE".to_vec(), utf16(u16::to_le_bytes)].concat()).0, text);
        assert_eq!(through(&utf16(u16::to_le_bytes)), (text.into(), "UTF-16LE"));
        assert_eq!(through(&utf16(u16::to_be_bytes)), (text.into(), "UTF-16BE"));
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        assert_eq!(through(&windows), (text.into(), "windows-1252"));
    }

    #[test]
    fn a_character_on_a_chunk_boundary_survives() {
        let text = format!("{}é{}", "a".repeat(CHUNK - 1), "b".repeat(CHUNK));
        assert_eq!(through(text.as_bytes()), (text, "UTF-8"));
    }
}
