package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

const about = `Plane runs a real Kubernetes for tests. Everything is in one directory.

  plane up                        prints the path of the kubeconfig
  plane up --node ""              without a kubelet: needs no root
  plane signal --signal STOP kubelet
  plane start kubelet             as up did
  plane kubectl get pods          or DIR/bin/kubectl`

func newCommand() *cobra.Command {
	root := &cobra.Command{Use: "plane", Short: "A real Kubernetes for tests", Long: about,
		SilenceUsage: true, SilenceErrors: true}
	root.CompletionOptions.DisableDefaultCmd = true
	dir := root.PersistentFlags().String("dir", "build/cluster", "directory of the cluster")
	root.AddCommand(upCommand(dir), downCommand(dir), psCommand(dir), startCommand(dir),
		stopCommand(dir), signalCommand(dir), loadCommand(dir), fakeNodesCommand(dir), kubectlCommand())
	return root
}

func upCommand(dir *string) *cobra.Command {
	var s settings
	var images, extra []string
	var wait time.Duration
	command := &cobra.Command{Use: "up", Args: cobra.NoArgs,
		Short: "start the cluster, or what of it does not run; print the path of the kubeconfig",
		RunE: func(command *cobra.Command, _ []string) error {
			begin := time.Now()
			p, err := newPlane(*dir)
			if err != nil {
				return err
			}
			p.settings = s
			if p.Extra, err = extraFlags(extra); err != nil {
				return err
			}
			if err := p.up(images, wait); err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "plane: ready after %.1f s\n", time.Since(begin).Seconds())
			fmt.Println(p.path("admin.kubeconfig"))
			return nil
		}}
	flags := command.Flags()
	flags.IntVar(&s.Port, "port", 16443, "port of the API server; the five above it are taken as well")
	flags.StringVar(&s.Node, "node", "real0", "name of the real node; empty for none")
	flags.BoolVar(&s.Fake, "fake", false, "start KWOK, for fake nodes")
	flags.StringVar(&s.Network, "network", "10.77", "first two numbers of the node's network")
	flags.BoolVar(&s.Fsync, "fsync", true, "etcd waits for the disk")
	flags.StringArrayVar(&images, "image", nil, "docker archive to load (repeatable)")
	flags.StringArrayVar(&extra, "arg", nil, "component=flag to add, as apiserver=--v=4 (repeatable)")
	flags.DurationVar(&wait, "wait", 90*time.Second, "longest wait for readiness")
	return command
}

func extraFlags(words []string) (map[string][]string, error) {
	extra := map[string][]string{}
	for _, word := range words {
		name, flag, found := strings.Cut(word, "=")
		if !found || findComponent(name) == nil {
			return nil, fmt.Errorf("--arg %s: want component=flag", word)
		}
		extra[name] = append(extra[name], flag)
	}
	return extra, nil
}

func downCommand(dir *string) *cobra.Command {
	var keep bool
	command := &cobra.Command{Use: "down", Args: cobra.NoArgs,
		Short: "end the cluster and remove all but its logs",
		RunE: func(*cobra.Command, []string) error {
			p, err := newPlane(*dir)
			if err != nil {
				return err
			}
			return p.down(keep)
		}}
	command.Flags().BoolVar(&keep, "keep", false, "keep the data: the next up goes on with it")
	return command
}

// eachComponent is a command that does something with each component that it is given.
func eachComponent(dir *string, use, short string, do func(*plane, string) error) *cobra.Command {
	return &cobra.Command{Use: use + " COMPONENT...", Args: cobra.MinimumNArgs(1), Short: short,
		RunE: func(_ *cobra.Command, names []string) error {
			p, err := openPlane(*dir)
			if err != nil {
				return err
			}
			for _, name := range names {
				if findComponent(name) == nil {
					return fmt.Errorf("there is no component %s", name)
				}
				if err := do(p, name); err != nil {
					return err
				}
			}
			return nil
		}}
}

func stopCommand(dir *string) *cobra.Command {
	return eachComponent(dir, "stop", "end components with SIGTERM", func(p *plane, name string) error {
		return p.stop(name, syscall.SIGTERM, patience)
	})
}

func startCommand(dir *string) *cobra.Command {
	return eachComponent(dir, "start", "start components again, as up did", (*plane).repeat)
}

func signalCommand(dir *string) *cobra.Command {
	var signal string
	command := eachComponent(dir, "signal", "send components a signal, and wait for nothing",
		func(p *plane, name string) error {
			number := unix.SignalNum("SIG" + signal)
			if number == 0 {
				return fmt.Errorf("there is no signal %s", signal)
			}
			pid := p.live(name)
			if pid == 0 {
				return fmt.Errorf("%s does not run", name)
			}
			return syscall.Kill(pid, number)
		})
	command.Flags().StringVar(&signal, "signal", "KILL", "its name, as KILL, STOP, CONT")
	return command
}

func psCommand(dir *string) *cobra.Command {
	return &cobra.Command{Use: "ps", Args: cobra.NoArgs,
		Short: "list the components that run",
		RunE: func(*cobra.Command, []string) error {
			p, err := openPlane(*dir)
			if err != nil {
				return err
			}
			return p.ps(os.Stdout)
		}}
}

func loadCommand(dir *string) *cobra.Command {
	return &cobra.Command{Use: "load ARCHIVE...", Args: cobra.MinimumNArgs(1),
		Short: "load docker archives into the node",
		RunE: func(_ *cobra.Command, archives []string) error {
			p, err := openPlane(*dir)
			if err != nil {
				return err
			}
			if p.live("containerd") == 0 {
				return errors.New("containerd does not run")
			}
			for _, archive := range archives {
				if err := p.loadImage(archive); err != nil {
					return err
				}
			}
			return nil
		}}
}

func fakeNodesCommand(dir *string) *cobra.Command {
	var gpus int
	command := &cobra.Command{Use: "fake-nodes COUNT", Args: cobra.ExactArgs(1),
		Short: "make nodes that KWOK plays; for pods that tolerate " + fakeAnnotation,
		RunE: func(_ *cobra.Command, words []string) error {
			var count int
			if _, err := fmt.Sscan(words[0], &count); err != nil || count < 1 {
				return fmt.Errorf("%s: want a number of nodes", words[0])
			}
			p, err := openPlane(*dir)
			if err != nil {
				return err
			}
			return p.makeFakeNodes(count, gpus)
		}}
	command.Flags().IntVar(&gpus, "gpus", 8, "nvidia.com/gpu of each")
	return command
}

// kubectlCommand is for the list of commands: main has started kubectl before this is asked.
func kubectlCommand() *cobra.Command {
	return &cobra.Command{Use: "kubectl", Short: "kubectl of the same version", Run: func(*cobra.Command, []string) {}}
}
