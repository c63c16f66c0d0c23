// Argo Events' own code behind one address: its GitHub EventSources, and its Sensors' checks, filters, parameters, retries
// and Kubernetes trigger. What lies between them is not its own: a cluster has pods and a bus there, this has function calls.
package main

import (
	"flag"
	"fmt"
	"os"
)

// Set by the linker.
var version = "0.0.0"

func main() {
	flags := flag.NewFlagSet("sandbox-argo-events", flag.ExitOnError)
	ask := flags.Bool("ask", false, "answer the questions of standard input, one JSON a line; no API server is asked")
	kubeconfig := flags.String("kubeconfig", "", "of who may read EventSources, Sensors and Secrets, and act as the Sensors' ServiceAccounts")
	namespace := flags.String("namespace", "", "the namespace that these are in")
	ready := flags.String("ready-file", "", "written when it listens: { url, pid }; removed when it ends")
	showVersion := flags.Bool("version", false, "print the version of Argo Events")
	_ = flags.Parse(os.Args[1:])
	// Argo Events prints to standard output where a template fails, which must not come between the answers.
	answers := os.Stdout
	os.Stdout = os.Stderr
	var err error
	switch {
	case *showVersion:
		_, err = fmt.Fprintln(answers, "sandbox-argo-events "+version)
	case *ask:
		err = answerAll(os.Stdin, answers)
	default:
		err = listen(*kubeconfig, *namespace, *ready)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
