package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// The node has a mount and a network namespace of its own. What a kubelet, containerd and kube-proxy
// leave behind (mounts, bridges, nftables, forwarding, files below /run and /var/lib) is in there and
// goes away with it. One process holds the namespaces; the others enter them.
func nodeProcess(p *plane) process {
	s := p.own("node-hold")
	s.Clone = syscall.CLONE_NEWNS | syscall.CLONE_NEWNET
	return s
}

// makeNode furnishes the namespaces that the process "node" holds.
func (p *plane) makeNode() error {
	if err := p.makeCgroup(); err != nil {
		return err
	}
	if err := p.makeCable(p.live("node")); err != nil {
		return err
	}
	setup := p.inside(p.own("node-setup", p.path("node"), p.nodeAddress()))
	if output, err := exec.Command(setup.Path, setup.Args...).CombinedOutput(); err != nil {
		return fmt.Errorf("node-setup: %s%w", output, err)
	}
	names, err := namespaces(p.live("node"))
	if err != nil {
		return err
	}
	return os.WriteFile(p.path("run", "node.namespaces"), []byte(names), 0o644)
}

// inside has a process run in the namespaces of the node. nsenter becomes that process: no fork.
func (p *plane) inside(s process) process {
	node := fmt.Sprintf("/proc/%d/ns/", p.live("node"))
	s.Args = append([]string{"--mount=" + node + "mnt", "--net=" + node + "net", "--", s.Path}, s.Args...)
	s.Path = "/usr/bin/nsenter"
	return s
}

// namespaces names the mount and the network namespace of a process. Both: the number of one that is
// gone may be given out again, and what is in it then is not ours.
func namespaces(pid int) (string, error) {
	var names [2]string
	for i, kind := range []string{"mnt", "net"} {
		name, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
		if err != nil {
			return "", err
		}
		names[i] = name
	}
	return names[0] + " " + names[1], nil
}

func (p *plane) containerdSocket() string { return p.path("node", "containerd.sock") }

func containerdProcess(p *plane) process {
	return p.inside(process{
		Path: "/usr/bin/containerd",
		Args: append([]string{"--config", p.path("conf", "containerd.toml")}, p.Extra["containerd"]...),
	})
}

func kubeletProcess(p *plane) process {
	return p.inside(p.own("kubelet",
		"--config="+p.path("conf", "kubelet.yaml"),
		"--kubeconfig="+p.path("pki", "kubelet.kubeconfig"),
		"--hostname-override="+p.Node,
		"--node-ip="+p.nodeAddress(),
		"--root-dir="+p.path("node", "kubelet"),
		"--cert-dir="+p.path("node", "kubelet-pki"),
		"--v=1"))
}

func proxyProcess(p *plane) process {
	return p.inside(p.own("proxy",
		"--config="+p.path("conf", "proxy.yaml"),
		"--hostname-override="+p.Node,
		"--v=1"))
}

// loadImage puts a docker archive where the kubelet finds it.
func (p *plane) loadImage(path string) error {
	output, err := exec.Command("ctr", "--address", p.containerdSocket(), "--namespace", "k8s.io",
		"images", "import", path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %s%w", path, output, err)
	}
	return nil
}
