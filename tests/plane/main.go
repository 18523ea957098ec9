// Plane is a real Kubernetes for Muster's tests: etcd, the API server, the controllers, the scheduler,
// a kubelet on containerd and KWOK's fake nodes. All of them are in this one binary, and each runs as
// a process of its own, so that a test can stop, freeze and kill them one by one.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
)

func main() {
	if filepath.Base(os.Args[0]) == "kubectl" {
		os.Exit(runKubectl())
	}
	if len(os.Args) > 1 {
		if run, ok := programs[os.Args[1]]; ok {
			// The component sees a command line of its own.
			os.Args = append([]string{"plane-" + os.Args[1]}, os.Args[2:]...)
			os.Exit(run())
		}
	}
	// Kubernetes' packages put flags of their own here, which cobra would add to every command.
	pflag.CommandLine = pflag.NewFlagSet("plane", pflag.ContinueOnError)
	if err := newCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "plane:", err)
		os.Exit(1)
	}
}
