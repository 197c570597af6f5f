//! How Docker sees whether a container is well. It asks from inside, so that what asks must be in the image: `bash`, which
//! opens connections by itself, is known to be in Fabric's own images and those beside them alone. How everything else is
//! the load balancers and Ansible see from outside.

use crate::base::Tree;
use crate::expand::{Check, Container, Program, Workload};
use crate::fabric::images;
use crate::parse::blueprint::FabricRelease;

/// Asks for a path and wants status 200 of it; `$1` is the port, `$2` the path.
const HTTP: &str = r#"exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3 && IFS= read -r line <&3 && [[ $line == *' 200 '* ]]"#;
/// Wants a connection to the port `$1`.
const TCP: &str = r#"exec 3<>"/dev/tcp/127.0.0.1/$1""#;

/// The health check of a container; none where nothing is certain to be able to ask.
pub(super) fn healthcheck(workload: &Workload, container: &Container) -> Option<Tree> {
    let test = test(workload, container)?;
    Some(Tree::map([
        ("test", Tree::seq(test)),
        ("interval", Tree::from("10s")),
        ("timeout", Tree::from("5s")),
        ("retries", Tree::from(3)),
        ("start_period", Tree::from(format!("{}s", container.probe.start_seconds))),
    ]))
}

fn test(workload: &Workload, container: &Container) -> Option<Vec<String>> {
    let number = |name: &str| workload.port(name).map(|port| port.port.to_string());
    let asked = |script: &str, arguments: Vec<String>| {
        let words = ["CMD", "bash", "-c", script, "health"].map(str::to_owned);
        words.into_iter().chain(arguments).collect()
    };
    match &container.probe.check {
        Check::Command(command) => Some(std::iter::once("CMD".to_owned()).chain(command.iter().cloned()).collect()),
        Check::Http { port, path, tls: false } if has_bash(container) => {
            Some(asked(HTTP, vec![number(port)?, path.clone()]))
        }
        Check::Http { port, tls: true, .. } | Check::Tcp { port } if has_bash(container) => {
            Some(asked(TCP, vec![number(port)?]))
        }
        Check::Http { .. } | Check::Tcp { .. } | Check::None => None,
    }
}

/// Whether an image holds bash for certain: it is one of [`images`], made on Ubuntu, Debian or, for Kafka, with scripts of
/// bash (hyperledger/fabric 2.5.15 and 3.1.5 images/*/Dockerfile, hyperledger/fabric-ca images/fabric-ca/Dockerfile,
/// apache/couchdb-docker 3.4.2, 31z4/zookeeper-docker 3.8, apache/kafka docker/jvm).
fn has_bash(container: &Container) -> bool {
    let image = container.image.value.as_str();
    let of_release = |image_of: fn(FabricRelease) -> &'static str| {
        [FabricRelease::V2_5, FabricRelease::V3_1].into_iter().any(|release| image_of(release) == image)
    };
    match container.program {
        Program::Peer { .. } => of_release(images::peer),
        Program::Orderer { .. } => of_release(images::orderer),
        Program::CouchDb { .. } => image == images::couchdb(),
        Program::KafkaBroker { .. } => image == images::kafka(),
        Program::ZooKeeper { .. } => image == images::zookeeper(),
        Program::FabricCa => image == images::fabric_ca(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::process::Command;

    use super::{HTTP, TCP};

    /// Whether a script is content with a server that gives one answer.
    fn passes(script: &str, answer: &'static str) -> bool {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            let mut asked = [0; 256];
            let length = stream.read(&mut asked).unwrap_or(0);
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let status = Command::new("bash").args(["-c", script, "health", &port, "/healthz"]).status().unwrap();
        let asked = server.join().unwrap();
        assert!(script == TCP || asked.starts_with("GET /healthz HTTP/1.0\r\n"), "{asked:?}");
        status.success()
    }

    #[test]
    fn bash_asks_by_itself() {
        assert!(passes(HTTP, "HTTP/1.0 200 OK\r\n\r\n{}"));
        assert!(!passes(HTTP, "HTTP/1.0 503 Service Unavailable\r\n\r\n200 "));
        assert!(!passes(HTTP, "SSH-2.0-OpenSSH_9.2\r\n"));
        assert!(passes(TCP, ""));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let refused = Command::new("bash").args(["-c", TCP, "health", &closed]).output().unwrap();
        assert!(!refused.status.success());
    }
}
