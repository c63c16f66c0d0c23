package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	argotls "github.com/argoproj/argo-cd/v3/util/tls"
)

// A proxy that takes every host for the local GitHub, which speaks no TLS: Applications name it as the real one.
// What it shows Argo CD is a certificate of its own making, which Argo CD finds where it keeps those of Git servers.
func relayToGitHub(folder, host string, github *url.URL) (string, func() error, error) {
	certificate, err := argotls.GenerateX509KeyPair(argotls.CertOptions{
		Hosts: []string{host}, Organization: "kargo-fleet sandbox", IsCA: true, ValidFrom: time.Now().Add(-time.Hour), ValidFor: 365 * 24 * time.Hour,
		ECDSACurve: "P256",
	})
	if err != nil {
		return "", nil, err
	}
	authority, _ := argotls.EncodeX509KeyPair(*certificate)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	tunnels := &tunnels{listener: listener, opened: make(chan net.Conn)}
	behind := tls.NewListener(tunnels, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
	go func() { _ = http.Serve(behind, httputil.NewSingleHostReverseProxy(github)) }()
	go func() { _ = http.Serve(listener, tunnels) }()
	trust := func() error {
		return os.WriteFile(filepath.Join(certificateFolder(folder), host), authority, 0o600)
	}
	return "http://" + listener.Addr().String(), trust, nil
}

// The connections that CONNECT opens, as a listener.
type tunnels struct {
	listener net.Listener
	opened   chan net.Conn
	once     sync.Once
}

func (t *tunnels) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodConnect {
		http.Error(writer, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	connection, _, err := http.NewResponseController(writer).Hijack()
	if err != nil {
		return
	}
	_, _ = connection.Write([]byte("HTTP/1.1 200 Connection Established\r\n\r\n"))
	t.opened <- connection
}

func (t *tunnels) Accept() (net.Conn, error) { return <-t.opened, nil }
func (t *tunnels) Addr() net.Addr            { return t.listener.Addr() }
func (t *tunnels) Close() error              { return t.listener.Close() }
