//! How long a thread was busy: reported beside a result, never part of one.

/// Milliseconds since some fixed moment.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(crate) fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub(crate) use crate::js::now_ms;
