package main

import (
	"net/http"
	"os"
	"slices"
)

// component is one process of the cluster.
type component struct {
	name    string
	needed  func(*plane) bool
	process func(*plane) process
	prepare func(*plane) error               // after its start, before its readiness is asked for
	ready   func(*plane, *http.Client) error // nil as soon as it is
	gate    bool                             // what comes after starts when all up to here are ready
}

func always(*plane) bool     { return true }
func withNode(p *plane) bool { return p.Node != "" }
func withFake(p *plane) bool { return p.Fake }

// components, in the order in which they start. They stop in the opposite order.
var components = []component{
	{name: "node", needed: withNode, process: nodeProcess, prepare: (*plane).makeNode, ready: isReady},
	{name: "etcd", needed: always, process: etcdProcess, ready: isReady},
	{name: "containerd", needed: withNode, process: containerdProcess, ready: containerdReady},
	{name: "apiserver", needed: always, process: apiserverProcess, ready: apiserverReady, gate: true},
	{name: "kcm", needed: always, process: kcmProcess, ready: kcmReady},
	{name: "scheduler", needed: always, process: schedulerProcess, ready: schedulerReady},
	{name: "kwok", needed: withFake, process: kwokProcess, ready: isReady},
	{name: "proxy", needed: withNode, process: proxyProcess, ready: proxyReady},
	{name: "kubelet", needed: withNode, process: kubeletProcess, ready: kubeletReady},
}

// isReady is for those that have no readiness of their own, or that another's readiness needs.
func isReady(*plane, *http.Client) error { return nil }

func findComponent(name string) *component {
	i := slices.IndexFunc(components, func(c component) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &components[i]
}

// own is a component that is in this binary.
func (p *plane) own(name string, arguments ...string) process {
	arguments = append([]string{name}, arguments...)
	return process{Path: self(), Args: append(arguments, p.Extra[name]...)}
}

// self is the file of this program.
func self() string {
	path, err := os.Executable()
	if err != nil {
		return "/proc/self/exe"
	}
	return path
}
