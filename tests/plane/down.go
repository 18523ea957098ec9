package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// patience is how long a component may take to end by itself. The API server waits for its watches.
const patience = 15 * time.Second

// down ends all processes and takes away what the cluster has on this machine. It goes on after a
// failure, so that as little as possible is left, and returns all of them.
func (p *plane) down(keepData bool) error {
	var failures []error
	try := func(err error) { failures = append(failures, err) }

	_, err := p.record("node")
	hadNode := err == nil
	for _, c := range slices.Backward(components) {
		if c.name == "containerd" && hadNode {
			try(p.removeCgroup()) // the kubelet is gone: nobody starts the pods again
		}
		try(p.stop(c.name, syscall.SIGTERM, patience))
	}
	if hadNode {
		try(p.emptyNode())
		try(p.removeCable())
	}
	if err := errors.Join(failures...); err != nil || keepData {
		return err
	}
	return p.removeData()
}

// emptyNode kills what is left in the namespaces of the node: containerd's shims, which outlive
// it by design. With the last of them the namespaces are gone.
func (p *plane) emptyNode() error {
	text, err := os.ReadFile(p.path("run", "node.namespaces"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		left := processesIn(string(text))
		if len(left) == 0 {
			return os.Remove(p.path("run", "node.namespaces"))
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return errors.New("processes are left in the namespaces of the node")
}

func processesIn(wanted string) []int {
	var found []int
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(entry))
		if err != nil || pid == os.Getpid() || startTime(pid) == "" {
			continue
		}
		if names, err := namespaces(pid); err == nil && names == wanted {
			found = append(found, pid)
		}
	}
	return found
}

// removeData leaves the logs only: they may be what a failed test is explained with.
func (p *plane) removeData() error {
	for _, name := range []string{"admin.kubeconfig", "bin", "conf", "etcd", "node", "pki", "run"} {
		if err := os.RemoveAll(p.path(name)); err != nil {
			return err
		}
	}
	return nil
}
