package main

import (
	"fmt"
	"strings"
)

// The ports above that of the API server.
const (
	portKCM = 1 + iota
	portScheduler
	portEtcdMetrics
	portKubelet
	portProxy
)

const (
	serviceNetwork = "10.96.0.0/16"
	serviceAddress = "10.96.0.1" // of the API server, as pods see it
)

// The controllers of a usual cluster that a test may meet. Clouds, and the signing of node
// certificates, are not among them.
var enabledControllers = []string{
	"clusterrole-aggregation-controller",
	"cronjob-controller",
	"daemonset-controller",
	"deployment-controller",
	"disruption-controller",
	"endpointslice-controller",
	"ephemeral-volume-controller",
	"garbage-collector-controller",
	"horizontal-pod-autoscaler-controller",
	"job-controller",
	"namespace-controller",
	"node-lifecycle-controller",
	"persistentvolume-binder-controller",
	"persistentvolume-protection-controller",
	"persistentvolumeclaim-protection-controller",
	"pod-garbage-collector-controller",
	"replicaset-controller",
	"resourcequota-controller",
	"root-ca-certificate-publisher-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"statefulset-controller",
	"taint-eviction-controller",
	"ttl-after-finished-controller",
	"validatingadmissionpolicy-status-controller",
}

func (p *plane) port(offset int) int { return p.Port + offset }

func (p *plane) etcdSocket() string { return p.path("run", "etcd.sock") }

func etcdProcess(p *plane) process {
	return p.own("etcd",
		"-data-dir="+p.path("etcd"),
		"-client-socket="+p.etcdSocket(),
		"-peer-socket="+p.path("run", "etcd-peer.sock"),
		fmt.Sprintf("-metrics-url=http://127.0.0.1:%d", p.port(portEtcdMetrics)),
		fmt.Sprintf("-fsync=%v", p.Fsync))
}

func apiserverProcess(p *plane) process {
	return p.own("apiserver",
		"--etcd-servers=unix://"+p.etcdSocket(),
		"--bind-address="+p.apiAddress(),
		"--advertise-address="+p.apiAddress(),
		fmt.Sprintf("--secure-port=%d", p.Port),
		"--service-cluster-ip-range="+serviceNetwork,
		// With a lease the service "kubernetes" leads pods here; without a node nobody needs it.
		"--endpoint-reconciler-type="+map[bool]string{true: "lease", false: "none"}[withNode(p)],
		"--client-ca-file="+p.path("pki", "ca.crt"),
		"--tls-cert-file="+p.path("pki", "apiserver.crt"),
		"--tls-private-key-file="+p.path("pki", "apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--api-audiences=https://kubernetes.default.svc",
		"--service-account-key-file="+p.path("pki", "tokens.pub"),
		"--service-account-signing-key-file="+p.path("pki", "tokens.key"),
		"--authorization-mode=Node,RBAC",
		"--anonymous-auth=false",
		"--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--kubelet-client-certificate="+p.path("pki", "apiserver-kubelet.crt"),
		"--kubelet-client-key="+p.path("pki", "apiserver-kubelet.key"),
		"--kubelet-certificate-authority="+p.path("pki", "ca.crt"),
		"--kubelet-preferred-address-types=InternalIP",
		"--audit-policy-file="+p.path("conf", "audit.yaml"),
		"--audit-log-path="+p.path("log", "audit.log"),
		"--audit-log-maxsize=4096", // MB: one file, so that a test reads all of it
		"--shutdown-watch-termination-grace-period=3s",
		"--profiling=false",
		"--v=1")
}

func kcmProcess(p *plane) process {
	return p.own("kcm", append(p.served("kcm", portKCM),
		"--kubeconfig="+p.path("pki", "kcm.kubeconfig"),
		"--leader-elect=false",
		"--controllers="+strings.Join(enabledControllers, ","),
		"--use-service-account-credentials=true",
		"--root-ca-file="+p.path("pki", "ca.crt"),
		"--service-account-private-key-file="+p.path("pki", "tokens.key"),
		"--kube-api-qps=2000", "--kube-api-burst=4000",
		"--concurrent-gc-syncs=20")...)
}

func schedulerProcess(p *plane) process {
	return p.own("scheduler", append(p.served("scheduler", portScheduler),
		"--config="+p.path("conf", "scheduler.yaml"))...)
}

// served are the flags of those that serve health and metrics.
func (p *plane) served(name string, port int) []string {
	access := p.path("pki", name+".kubeconfig")
	return []string{
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", p.port(port)),
		"--tls-cert-file=" + p.path("pki", "apiserver.crt"),
		"--tls-private-key-file=" + p.path("pki", "apiserver.key"),
		"--client-ca-file=" + p.path("pki", "ca.crt"),
		"--authentication-kubeconfig=" + access,
		"--authorization-kubeconfig=" + access,
		"--authentication-skip-lookup=true", // or they complain for ever about a map that is not there
		"--profiling=false",
		"--v=1",
	}
}

func kwokProcess(p *plane) process {
	s := p.own("kwok",
		"--kubeconfig="+p.path("pki", "kwok.kubeconfig"),
		"--config="+p.path("conf", "kwok.yaml"),
		"--manage-nodes-with-annotation-selector="+fakeNode,
		"--node-lease-duration-seconds=40",
		"--node-ip=127.0.0.1",
		"--cidr=10.99.0.0/16") // addresses that fake pods show; nothing listens there
	s.Env = []string{"KWOK_WORKDIR=" + p.path("run")}
	return s
}
