// A main package over Argo Workflows' own linter: `argo lint --offline <file>…` and `argo version --short`.
// The maker's main package does not build from its module, which lacks the web interface that it embeds.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/argoproj/argo-workflows/v4/cmd/argo/lint"
	"github.com/argoproj/argo-workflows/v4/pkg/apiclient"
	"github.com/argoproj/argo-workflows/v4/pkg/apis/workflow"
	"github.com/argoproj/argo-workflows/v4/util/logging"
)

// Set by the linker.
var version = "0.0.0"

var kinds = []string{
	workflow.WorkflowPlural, workflow.WorkflowTemplatePlural, workflow.CronWorkflowPlural, workflow.ClusterWorkflowTemplatePlural,
}

func main() {
	argo := &cobra.Command{Use: "argo", SilenceUsage: true}
	argo.AddCommand(lintCommand(), versionCommand())
	logger := logging.NewSlogLogger(logging.Warn, logging.Text)
	if err := argo.ExecuteContext(logging.WithLogger(logger.NewBackgroundContext(), logger)); err != nil {
		os.Exit(1)
	}
}

func lintCommand() *cobra.Command {
	command := &cobra.Command{Use: "lint --offline <file>...", Short: "validates manifests", Args: cobra.MinimumNArgs(1)}
	offline := command.Flags().Bool("offline", false, "needed: this build asks no server")
	command.RunE = func(command *cobra.Command, files []string) error {
		if !*offline {
			return errors.New("this build of argo lints offline only: add --offline")
		}
		options := apiclient.Opts{Offline: true, OfflineFiles: files}
		ctx, client, err := apiclient.NewClientFromOptsWithContext(command.Context(), options)
		if err != nil {
			return err
		}
		return lint.RunLint(ctx, client, kinds, "simple", true, lint.LintOptions{Files: files, Strict: true, Printer: os.Stdout})
	}
	return command
}

func versionCommand() *cobra.Command {
	command := &cobra.Command{Use: "version", Short: "prints the version of the linter", Args: cobra.NoArgs}
	command.Flags().Bool("short", false, "has no effect: the version is all there is")
	command.Run = func(*cobra.Command, []string) { fmt.Println("argo: v" + version) }
	return command
}
