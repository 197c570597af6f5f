//! What akcgen knows of Hyperledger Fabric and of the programs that stand beside it: tables of ports, images, users,
//! paths, commands and environment variables, and their configuration files as types. A noun room: it decides nothing
//! about a consortium.

mod bccsp;
pub mod ca;
pub mod collections;
pub mod command_line;
pub mod commands;
pub mod configtx;
pub mod couchdb;
pub mod environment;
pub mod explorer;
pub mod images;
pub mod kafka;
pub mod keepalive;
mod lines;
pub mod msp;
mod operations;
pub mod orderer;
pub mod package;
pub mod paths;
pub mod peer;
pub mod ports;
pub mod profile;
pub mod users;
pub mod zookeeper;

/// The largest gRPC message that nodes send and take, in bytes: all nodes must agree, and 100 MiB is Fabric's default.
const LARGEST_MESSAGE: u32 = 100 << 20;
