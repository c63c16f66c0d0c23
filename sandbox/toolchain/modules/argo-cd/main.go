// Argo CD for the sandbox. `run` is its application controller and its repo-server, from its own packages, in one process
// with what they need beside them: a Redis, a way to the local GitHub, and somebody who calls Pods ready. `policy` asks
// its own code what the roles of a project allow.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	gitaskpass "github.com/argoproj/argo-cd/v3/cmd/argocd-git-ask-pass/commands"
)

// Set by the linker.
var version = "0.0.0"

func main() {
	command := &cobra.Command{Use: "sandbox-argo-cd", SilenceUsage: true}
	command.AddCommand(runCommand(), policyCommand(), &cobra.Command{
		Use: "version", Args: cobra.NoArgs, Run: func(*cobra.Command, []string) { fmt.Println("sandbox-argo-cd: v" + version) },
	})
	// Git asks `argocd` for the password, in a folder of its own; see environment.go.
	if os.Getenv("ARGOCD_BINARY_NAME") == "argocd-git-ask-pass" {
		command = gitaskpass.NewCommand()
		if err := os.Chdir(os.Getenv(folderVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := command.Execute(); err != nil {
		os.Exit(1)
	}
}
