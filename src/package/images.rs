//! Which images an organization runs, for whoever mirrors, scans or signs them.

use std::collections::BTreeMap;

use super::{BundleFile, Lowered, pods};
use crate::base::image::with_registry;
use crate::base::{Origin, Traced, Tree};

/// The images of an organization: each as its nodes pull it, and what it is a copy of.
pub type Images = BTreeMap<String, Traced<String>>;

/// Every image that a container of the objects runs, and every one that a controller's chart does; on hosts every one that a
/// workload names.
pub fn images(lowered: &Lowered) -> Images {
    let sources: BTreeMap<&str, Traced<String>> = lowered.organization.images().collect();
    if lowered.organization.site.is_some() {
        return sources.into_iter().map(|(reference, source)| (reference.to_owned(), source)).collect();
    }
    let objects = lowered.clusters.iter().flat_map(|cluster| &cluster.files).flat_map(|file| &file.objects);
    let of_objects =
        objects.filter_map(|object| Some((object, pods::template(object)?))).flat_map(|(object, template)| {
            let references =
                pods::containers(template).filter_map(|container| container.get("image").and_then(Tree::as_str));
            // One that a patch names is pulled from where it says.
            let patched = move |reference: &str| Traced::new(reference.to_owned(), object.origins.root);
            references.map(move |reference| (reference.to_owned(), patched(reference)))
        });
    let mut images: Images = of_objects.collect();
    for (reference, source) in &mut images {
        if let Some(known) = sources.get(reference.as_str()) {
            *source = known.clone();
        }
    }
    let of_target = lowered.organization.target_images();
    images.extend(of_target.map(|image| (image.reference.clone(), image.source.clone())));
    images
}

/// `<organization>/images.txt`: the images of all of the organization's clusters and environments, one on a line; where it
/// has a registry of its own, behind each what it is a copy of.
pub fn images_file(organization: &str, images: &Images, traced: bool) -> (String, BundleFile) {
    let line = |(reference, source): (&String, &Traced<String>)| match source.value == *reference {
        true => format!("{reference}\n"),
        false => format!("{reference} {}\n", with_registry(&source.value)),
    };
    let text: String = images.iter().map(line).collect();
    let lines = if traced { images.values().map(|source| source.origin).collect::<Vec<Origin>>() } else { Vec::new() };
    (format!("{organization}/images.txt"), BundleFile { text, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirrored_image_stands_before_what_it_is_a_copy_of() {
        let image = |source: &str| Traced::new(source.to_owned(), Origin::Rule("a test"));
        let images = Images::from([
            ("harbor.example/couchdb:3".to_owned(), image("couchdb:3")),
            ("harbor.example/a/b:1".to_owned(), image("ghcr.io/a/b:1")),
            ("own.example/c:1".to_owned(), image("own.example/c:1")),
        ]);
        let (path, file) = images_file("buyer", &images, true);
        assert_eq!(path, "buyer/images.txt");
        assert_eq!(
            file.text,
            "harbor.example/a/b:1 ghcr.io/a/b:1\nharbor.example/couchdb:3 docker.io/library/couchdb:3\nown.example/c:1\n"
        );
        assert_eq!(file.lines.len(), 3);
    }
}
