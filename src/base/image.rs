//! References to container images.

/// The same image at a mirror: its own registry, where it names one, gives way to `registry`; path, tag and digest stay.
pub fn mirrored(image: &str, registry: &str) -> String {
    let path = match image.split_once('/') {
        Some((first, rest)) if is_registry(first) => rest,
        _ => image,
    };
    format!("{registry}/{path}")
}

/// The same image with its registry written out: one that names none is Docker Hub's, and one that has no path there is
/// among its `library` (distribution/reference, `splitDockerDomain`).
pub fn with_registry(image: &str) -> String {
    match image.split_once('/') {
        Some((first, _)) if is_registry(first) => image.to_owned(),
        Some(_) => format!("docker.io/{image}"),
        None => format!("docker.io/library/{image}"),
    }
}

/// Whether the first part of an image is a registry: it has a dot, a colon or the name `localhost`.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost"
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

/// An image in its parts: repository, tag, digest.
pub fn parts_of(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (repository, tag) = split_tag(image);
    (repository, tag, image.split_once('@').map(|(_, digest)| digest))
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
    fn an_image_without_a_registry_is_docker_hubs() {
        assert_eq!(with_registry("akachain/dapp:1.4.0"), "docker.io/akachain/dapp:1.4.0");
        assert_eq!(with_registry("couchdb:3.4.2"), "docker.io/library/couchdb:3.4.2");
        for whole in ["ghcr.io/a/b:1", "localhost/a:1", "registry:5000/a@sha256:00"] {
            assert_eq!(with_registry(whole), whole);
        }
    }

    #[test]
    fn tags_are_told_from_ports_and_digests() {
        assert_eq!(split_tag("a/b:1.0"), ("a/b", Some("1.0")));
        assert_eq!(split_tag("localhost:5000/a"), ("localhost:5000/a", None));
        assert_eq!(split_tag("a/b:1.0@sha256:00"), ("a/b", Some("1.0")));
        assert_eq!(parts_of("a/b:1.0@sha256:00"), ("a/b", Some("1.0"), Some("sha256:00")));
        assert_eq!(parts_of("localhost:5000/a@sha256:00"), ("localhost:5000/a", None, Some("sha256:00")));
    }
}
