//! WebCrypto
