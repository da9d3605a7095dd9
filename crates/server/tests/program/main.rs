//! The program as its operator has it: started, called, stopped.

mod backup;
mod config;
mod demo;
mod init;
mod people;
mod serve;
mod world;
