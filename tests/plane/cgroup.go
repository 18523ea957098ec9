package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// All processes of the pods are in one cgroup, whose name is that of the cluster: so `down` finds
// each of them, whatever became of containerd.

// cgroups are the directories of that cgroup: one with cgroup v2, one a controller with v1.
func (p *plane) cgroups() ([]string, error) {
	const root = "/sys/fs/cgroup"
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
		return []string{filepath.Join(root, p.mark())}, nil
	}
	hierarchies, err := filepath.Glob(root + "/*/cgroup.procs")
	if err != nil || len(hierarchies) == 0 {
		return nil, fmt.Errorf("no cgroups are mounted in %s", root)
	}
	directories := make([]string, len(hierarchies))
	for i, file := range hierarchies {
		directories[i] = filepath.Join(filepath.Dir(file), p.mark())
	}
	return directories, nil
}

func (p *plane) makeCgroup() error {
	directories, err := p.cgroups()
	if err != nil {
		return err
	}
	for _, directory := range directories {
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// removeCgroup kills what is in the cgroup, and removes it.
func (p *plane) removeCgroup() error {
	directories, err := p.cgroups()
	if err != nil {
		return err
	}
	var left error
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		left = nil
		for _, directory := range directories {
			if err := removeTree(directory); err != nil {
				left = err
			}
		}
		if left == nil {
			return nil
		}
	}
	return left
}

// removeTree tries once: a killed process is still in its cgroup for a moment.
func removeTree(directory string) error {
	var found []string
	_ = filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			found = append(found, path)
		}
		return nil
	})
	slices.Reverse(found) // the children first
	for _, path := range found {
		text, _ := os.ReadFile(filepath.Join(path, "cgroup.procs"))
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil && pid > 1 {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
