//! Images: the same tomorrow as today.

use super::Scene;
use crate::base::Traced;
use crate::base::image::with_registry;
use crate::base::name::Image;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::problem;

/// Every image has a tag that stays, or a digest.
pub(super) fn tags(scene: &Scene, diagnostics: &mut Diagnostics) {
    let services = scene.services().map(|standing| &standing.service.image);
    let chaincodes =
        scene.consortium.channels.iter().flat_map(|channel| &channel.chaincodes).map(|chaincode| &chaincode.image);
    for image in services.chain(chaincodes) {
        diagnostics.extend(told(image));
    }
}

/// Images that Docker Hub no longer has, or only until somebody looks: a copy at the organization's own registry stays.
pub(super) fn gone(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described().filter(|(_, _, one)| one.registry.is_none()) {
        let images = description.services().map(|(_, _, service)| &service.image);
        for image in images.filter(|image| is_gone(&image.value)) {
            let message = format!("Bitnami no longer keeps `{}` on Docker Hub", image.value);
            let help = "use one of the program's own makers, or keep a copy at a `registry` of your own";
            diagnostics.push(problem(code::GONE_IMAGE, image.origin, message, "pulled from Docker Hub").help(help));
        }
    }
}

fn is_gone(image: &Image) -> bool {
    let whole = with_registry(image.as_str());
    ["docker.io/bitnami/", "docker.io/bitnamilegacy/"].iter().any(|start| whole.starts_with(start))
}

fn told(image: &Traced<Image>) -> Option<crate::diag::Diagnostic> {
    let (name, digest) =
        image.value.split_once('@').map_or((image.value.as_str(), None), |(name, digest)| (name, Some(digest)));
    let last = name.rsplit('/').next().unwrap_or(name);
    let message = match (digest, last.split_once(':')) {
        (Some(_), _) => return None,
        (None, None) => format!("the image `{}` has no tag", image.value),
        (None, Some((_, "latest"))) => format!("the image `{}` is another one tomorrow", image.value),
        (None, Some(_)) => return None,
    };
    let help = "write a version, such as `:1.4.0`, or a digest, so that the same bundle runs the same program";
    Some(problem(code::IMAGE_TAG, image.origin, message, "no fixed version").help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Origin;

    #[test]
    fn tags_and_digests() {
        let refused = |text: &str| told(&Traced::new(Image::trusted(text), Origin::Rule("test"))).is_some();
        let digest = format!("a/b@sha256:{}", "0".repeat(64));
        for fixed in ["a/b:1.0", "registry.example:5000/a/b:1", &digest] {
            assert!(!refused(fixed), "{fixed}");
        }
        for loose in ["a/b", "a/b:latest", "registry.example:5000/a/b"] {
            assert!(refused(loose), "{loose}");
        }
    }
}
