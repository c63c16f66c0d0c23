package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/argoproj/argo-cd/v3/util/askpass"
	enginetemp "github.com/argoproj/gitops-engine/pkg/utils/io"
)

const folderVariable = "ARGOCD_SANDBOX_FOLDER"

// Keeps all that Argo CD writes below the folder, and finds it the programs that it calls by name.
func prepareEnvironment(folder, helm, proxy string) error {
	bin := filepath.Join(folder, "bin")
	temporary := filepath.Join(folder, "tmp")
	for _, each := range []string{bin, temporary, certificateFolder(folder)} {
		if err := os.MkdirAll(each, 0o700); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if helm, err = exec.LookPath(helm); err != nil {
		return err
	}
	for name, program := range map[string]string{"argocd": self, "helm": helm} {
		_ = os.Remove(filepath.Join(bin, name))
		if err := os.Symlink(program, filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	for name, value := range map[string]string{
		folderVariable: folder,
		"HOME":         folder,
		"TMPDIR":       temporary,
		"PATH":         bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HTTPS_PROXY":  proxy,
		"https_proxy":  proxy,
		"NO_PROXY":     "",
		"no_proxy":     "",
		// A cluster's own address means this one's API server.
		"ARGOCD_FAKE_IN_CLUSTER": "true",
		"ARGOCD_TLS_DATA_PATH":   certificateFolder(folder),
		"ARGOCD_SSH_DATA_PATH":   folder,
		// Nothing here is signed.
		"ARGOCD_GPG_ENABLED": "false",
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	enginetemp.TempDir = temporary
	// A socket's path may have some hundred characters, so it is named from its folder.
	askpass.SocketPath = "ask-pass.sock"
	return os.Chdir(folder)
}

func certificateFolder(folder string) string { return filepath.Join(folder, "certificates") }
