package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	commitclient "github.com/argoproj/argo-cd/v3/commitserver/apiclient"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/controller"
	"github.com/argoproj/argo-cd/v3/controller/sharding"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	appclientset "github.com/argoproj/argo-cd/v3/pkg/client/clientset/versioned"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	cacheutil "github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/cache/appstate"
	"github.com/argoproj/argo-cd/v3/util/kube"
	"github.com/argoproj/argo-cd/v3/util/settings"
)

const namespace = "argocd"

// How often Argo CD asks Git for something new: no webhook tells it here.
const polling = 5 * time.Second

func runCommand() *cobra.Command {
	command := &cobra.Command{Use: "run", Short: "runs Argo CD until SIGTERM; KUBECONFIG says where", Args: cobra.NoArgs}
	folder := command.Flags().String("directory", "", "where it keeps all that it writes")
	helm := command.Flags().String("helm", "helm", "the program that renders charts")
	github := command.Flags().String("github", "", "the address of the local GitHub")
	host := command.Flags().String("host", "github.com", "what Applications call it")
	ready := command.Flags().String("ready-file", "", "is written once it works")
	command.RunE = func(command *cobra.Command, _ []string) error {
		ctx, stop := signal.NotifyContext(command.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		address, err := url.Parse(*github)
		if err != nil {
			return err
		}
		absolute, err := filepath.Abs(*folder)
		if err != nil {
			return err
		}
		proxy, trust, err := relayToGitHub(absolute, *host, address)
		if err != nil {
			return err
		}
		if err := prepareEnvironment(absolute, *helm, proxy); err != nil {
			return err
		}
		if err := trust(); err != nil {
			return err
		}
		config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
		if err != nil {
			return err
		}
		if err := v1alpha1.SetK8SConfigDefaults(config); err != nil {
			return err
		}
		store, err := startRedis(ctx)
		if err != nil {
			return err
		}
		repositories, err := startRepoServer(ctx, store)
		if err != nil {
			return err
		}
		client := kubernetes.NewForConfigOrDie(config)
		if err := callPodsReady(ctx, client); err != nil {
			return err
		}
		application, err := newController(ctx, config, client, store, repositories)
		if err != nil {
			return err
		}
		go application.Run(ctx, 20, 10)
		if err := os.WriteFile(*ready, []byte("{}\n"), 0o600); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	return command
}

func startRedis(ctx context.Context) (string, error) {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return "", err
	}
	// Time does not pass in it by itself, and what Argo CD remembers would never grow old.
	go func() {
		for range time.Tick(time.Second) {
			server.FastForward(time.Second)
		}
	}()
	context.AfterFunc(ctx, server.Close)
	return server.Addr(), nil
}

func startRepoServer(ctx context.Context, store string) (string, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := free.Addr().(*net.TCPAddr)
	_ = free.Close()
	command := reposerver.NewCommand()
	command.SetArgs([]string{
		"--address=127.0.0.1", fmt.Sprintf("--port=%d", address.Port), "--metrics-address=127.0.0.1", "--metrics-port=0",
		"--disable-tls", "--redis=" + store, "--logformat=text", "--loglevel=warn",
		"--revision-cache-expiration=" + polling.String(),
	})
	go func() { _ = command.ExecuteContext(ctx) }()
	return address.String(), nil
}

// What `argocd-application-controller` makes of its flags' defaults, but for a shorter interval, and for its metrics,
// which that offers to the whole network.
func newController(ctx context.Context, config *rest.Config, client kubernetes.Interface, store, repositories string) (*controller.ApplicationController, error) {
	var application *controller.ApplicationController
	manager := settings.NewSettingsManager(ctx, client, namespace, settings.WithRepoOrClusterChangedHandler(func() {
		application.InvalidateProjectsCache()
	}))
	shards, err := sharding.GetClusterSharding(client, manager, common.DefaultShardingAlgorithm, false)
	if err != nil {
		return nil, err
	}
	remembered := cacheutil.NewRedisCache(redis.NewClient(&redis.Options{Addr: store}), 24*time.Hour, cacheutil.RedisCompressionGZip)
	states := appstate.NewCache(cacheutil.NewCache(cacheutil.NewTwoLevelClient(remembered, 10*time.Minute)), time.Hour)
	application, err = controller.NewApplicationController(
		namespace, manager, client, appclientset.NewForConfigOrDie(config),
		apiclient.NewRepoServerClientset(repositories, 60, apiclient.TLSConfiguration{DisableTLS: true}),
		commitclient.NewCommitServerClientset(common.DefaultCommitServerAddr), states, kube.NewKubectl(),
		polling, 0, 0, // resync, hard resync, jitter
		0, nil, 0, 0, // self heal: timeout, backoff, cooldown; sync timeout
		3*time.Minute,       // repo error grace period
		0, 0, nil, nil, nil, // metrics
		20, false, shards, nil, nil, false, false, normalizers.IgnoreNormalizerOpts{}, argo.DefaultEnableEventList(), false,
	)
	if err == nil {
		application.GetMetricsServer().Addr = "127.0.0.1:0"
	}
	return application, err
}
