//! References to container images.

/// The same image at a mirror: its own registry, where it names one, gives way to `registry`; path, tag and digest stay.
///
/// A first part with a dot, a colon or the name `localhost` is a registry (distribution/reference, `splitDockerDomain`).
pub fn mirrored(image: &str, registry: &str) -> String {
    let path = match image.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => rest,
        _ => image,
    };
    format!("{registry}/{path}")
}

/// An image without its tag and digest, and its tag.
pub fn split_tag(image: &str) -> (&str, Option<&str>) {
    let plain = image.split_once('@').map_or(image, |(plain, _)| plain);
    match plain.rsplit_once(':') {
        // A colon before a slash belongs to a port.
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (plain, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_takes_the_place_of_the_registry() {
        let at = |image| mirrored(image, "harbor.example/mirror");
        assert_eq!(at("akachain/dapp:1.4.0"), "harbor.example/mirror/akachain/dapp:1.4.0");
        assert_eq!(at("couchdb:3.4.2"), "harbor.example/mirror/couchdb:3.4.2");
        assert_eq!(at("registry.k8s.io/a/b:v1"), "harbor.example/mirror/a/b:v1");
        assert_eq!(at("localhost:5000/a@sha256:00"), "harbor.example/mirror/a@sha256:00");
    }

    #[test]
    fn tags_are_told_from_ports_and_digests() {
        assert_eq!(split_tag("a/b:1.0"), ("a/b", Some("1.0")));
        assert_eq!(split_tag("localhost:5000/a"), ("localhost:5000/a", None));
        assert_eq!(split_tag("a/b:1.0@sha256:00"), ("a/b", Some("1.0")));
    }
}
