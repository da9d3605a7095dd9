//! The outside: bytes to domain types and back, calls out. No database.

pub mod whatsapp_cloud;
