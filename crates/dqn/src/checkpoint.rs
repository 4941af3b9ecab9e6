//! A training as bytes, and back.
//!
//! `KFDQN/1` and a zero byte, then the whole trainer in postcard's wire format with a CRC-32 at its end. What a training goes on
//! from is all there – networks, moments, buffer, priorities, environment – so a resumed one has the bits of one that never
//! stopped.

use crate::environment::Environment;
use crate::trainer::{Trainer, shape};
use crc::{CRC_32_ISO_HDLC, Crc};
use ketflow_error::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;

const MAGIC: &[u8] = b"KFDQN/1\0";
const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

impl<E: Environment + Clone + Serialize + DeserializeOwned> Trainer<E> {
    /// The state of the training.
    ///
    /// # Errors
    /// `invalid-input` when the environment cannot be written.
    pub fn checkpoint(&self) -> Result<Vec<u8>, Error> {
        let body = postcard::to_allocvec_crc32(self, CHECKSUM.digest())
            .map_err(|error| Error::invalid(format!("the environment cannot be written: {error}")))?;
        Ok([MAGIC, &body].concat())
    }

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// `unsupported` for another version; `invalid-input` for bytes that were changed, cut or put together by others.
    pub fn resume(bytes: &[u8]) -> Result<Self, Error> {
        let Some(body) = bytes.strip_prefix(MAGIC) else {
            let is_other = bytes.starts_with(b"KFDQN/");
            let message = "the bytes do not begin with KFDQN/1; give a checkpoint of this version";
            return Err(if is_other { Error::unsupported(message) } else { Error::invalid(message) });
        };
        let trainer: Self = postcard::from_bytes_crc32(body, CHECKSUM.digest())
            .map_err(|error| Error::invalid(format!("the checkpoint is damaged: {error}; take an older one")))?;
        trainer.options.check()?;
        trainer.options.check_memory(trainer.environment.width())?;
        if !trainer.fits() {
            return Err(Error::invalid("the parts of the checkpoint do not fit each other; take another one"));
        }
        Ok(trainer)
    }

    fn fits(&self) -> bool {
        let (width, actions) = (self.environment.width(), self.environment.actions());
        let shape = shape(&self.environment, &self.options);
        let is_whole = |best: &[f32]| best.len() == shape.parameters() && best.iter().all(|value| value.is_finite());
        self.state.len() == width
            && self.learner.fits(&shape)
            && self.replay.fits(self.options.buffer_size, width, actions)
            && self.best.as_ref().is_none_or(|best| is_whole(&best.parameters))
    }
}
