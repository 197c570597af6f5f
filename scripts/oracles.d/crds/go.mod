module akcgen.oracles/crds

go 1.26.0

require (
	github.com/argoproj/argo-cd/v3 v3.1.8
	github.com/cloudnative-pg/cloudnative-pg v1.30.0
	github.com/external-secrets/external-secrets v0.20.4
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/source-controller v1.9.6
	github.com/kubernetes-csi/external-snapshotter/client/v8 v8.2.0
	github.com/percona/percona-xtradb-cluster-operator v1.20.0
	github.com/vmware-tanzu/velero v1.17.0
	go.universe.tf/metallb v0.16.1
	sigs.k8s.io/external-dns v0.19.0
	sigs.k8s.io/gateway-api v1.4.0
)
