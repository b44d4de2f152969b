//! Reads a sparse file without its holes, which take no space on the disk and can have any length.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};

/// A file as a stream in which every hole is one zero byte, so that no secret is found across a hole.
pub(super) struct WithoutHoles<'file> {
    file: &'file File,
    /// How many bytes can be read before the next hole.
    data_left: u64,
    /// The number of bytes in the stream so far, with one zero for each hole.
    offset: u64,
    /// The holes so far: the stream's offset after each, and how many bytes the stream has left out by then.
    left_out: Vec<(u64, u64)>,
}

impl<'file> WithoutHoles<'file> {
    /// Begins at the start of the file.
    ///
    /// # Errors
    /// The system's, when seeking fails.
    pub(super) fn new(mut file: &'file File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let data_left = if system::may_have_holes(file) { 0 } else { u64::MAX };
        Ok(Self { file, data_left, offset: 0, left_out: Vec::new() })
    }

    /// Converts an offset in the stream, which must have been read, to an offset in the file.
    pub(super) fn offset_in_file(&self, offset: u64) -> u64 {
        let holes = self.left_out.partition_point(|(behind, _)| *behind <= offset);
        offset + self.left_out[..holes].last().map_or(0, |(_, left_out)| *left_out)
    }

    /// Skips the hole that begins here, if there is one.
    fn pass_hole(&mut self) -> io::Result<bool> {
        let start = self.file.stream_position()?;
        let (end, data) = system::next_data(self.file, start)?;
        self.data_left = data;
        if end == start {
            return Ok(false);
        }
        let before = self.left_out.last().map_or(0, |(_, left_out)| *left_out);
        self.offset += 1;
        self.left_out.push((self.offset, before + (end - start) - 1));
        Ok(true)
    }
}

impl Read for WithoutHoles<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.data_left == 0 && !buffer.is_empty() && self.pass_hole()? {
            buffer[0] = 0;
            return Ok(1);
        }
        let most = usize::try_from(self.data_left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..most])?;
        self.data_left = self.data_left.saturating_sub(count as u64);
        self.offset += count as u64;
        Ok(count)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;

    /// The unit in which the system says how much of the disk a file takes.
    const BLOCK: u64 = 512;

    /// Tells whether the file takes less of the disk than its length says.
    pub(super) fn may_have_holes(file: &File) -> bool {
        file.metadata().is_ok_and(|data| data.blocks().saturating_mul(BLOCK) < data.len())
    }

    /// Seeks to the next data at or after this offset, or to the end of the file. Returns that offset, and
    /// the length of the data.
    pub(super) fn next_data(file: &File, offset: u64) -> io::Result<(u64, u64)> {
        match seek(file, SeekFrom::Data(offset)) {
            Ok(start) => {
                let end = seek(file, SeekFrom::Hole(start))?;
                seek(file, SeekFrom::Start(start))?;
                Ok((start, end.saturating_sub(start)))
            }
            Err(Errno::NXIO) => Ok((seek(file, SeekFrom::End(0))?.max(offset), 0)),
            // The file system does not support holes.
            Err(Errno::INVAL) => Ok((offset, u64::MAX)),
            Err(error) => Err(error.into()),
        }
    }
}

/// On other systems, holes are read as zeros.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;

    pub(super) fn may_have_holes(_file: &File) -> bool {
        false
    }

    pub(super) fn next_data(_file: &File, offset: u64) -> io::Result<(u64, u64)> {
        Ok((offset, u64::MAX))
    }
}
