// The generator of manifests/crd.yaml: copies a CustomResourceDefinition and puts the schema of a
// PodSpec, made from the types of the pinned k8s.io/api, in the place of one line of it.
//
//	go run . trainingjob.yaml > ../../manifests/crd.yaml
//
// The text around that line is copied byte for byte, so that tests/lint/manifests.sh can compare it
// with the source without Go.
package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
)

// The line that is replaced. What stands before the mark is the indentation of the PodSpec.
var place = regexp.MustCompile(`(?m)^( *)# @POD@\n`)

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: crd SOURCE.yaml"))
	}
	source, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	found := place.FindAllSubmatchIndex(source, -1)
	if len(found) != 1 {
		fail(fmt.Errorf("%s: has %d places for the pod, wanted is 1", os.Args[1], len(found)))
	}
	pod, err := podSpec()
	if err != nil {
		fail(err)
	}
	begin, end, indent := found[0][0], found[0][1], found[0][3]-found[0][2]
	var out bytes.Buffer
	out.Write(source[:begin])
	fmt.Fprintf(&out, "%*s# pod: made from k8s.io/api %s by scripts/crd\n", indent, "", version("k8s.io/api"))
	block(&out, indent, pod)
	fmt.Fprintf(&out, "%*s# pod: end\n", indent, "")
	out.Write(source[end:])
	if _, err := os.Stdout.Write(out.Bytes()); err != nil {
		fail(err)
	}
}

// version of a module that this program is built with.
func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "crd:", err)
	os.Exit(1)
}
