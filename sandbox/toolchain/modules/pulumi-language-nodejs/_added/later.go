// What later engines ask of a language host: the options of Pulumi.yaml, and to run a package.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/google/shlex"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The field `info` of the requests, which this protocol does not know yet.
const (
	infoOfRun       protowire.Number = 14
	infoOfRunPlugin protowire.Number = 5
)

// with is the host with the options of the program, and the program's folder.
func (host *nodeLanguageHost) with(request proto.Message, number protowire.Number) (*nodeLanguageHost, string) {
	info := field(request.ProtoReflect().GetUnknown(), number)
	options := new(structpb.Struct)
	chosen := *host
	if proto.Unmarshal(field(info, 4), options) == nil {
		if value, ok := options.Fields["typescript"].GetKind().(*structpb.Value_BoolValue); ok {
			chosen.typescript = value.BoolValue
		}
		if value := options.Fields["nodeargs"].GetStringValue(); value != "" {
			chosen.nodeargs = value
		}
	}
	return &chosen, string(field(info, 2))
}

// field is the last value of a field of a message.
func field(message []byte, number protowire.Number) (value []byte) {
	for len(message) > 0 {
		found, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return value
		}
		length := protowire.ConsumeFieldValue(found, kind, message[tag:])
		if length < 0 {
			return value
		}
		if found == number && kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(message[tag:])
		}
		message = message[tag+length:]
	}
	return value
}

// runPlugin starts the package in a folder with PulumiPlugin.yaml, by the SDK's own program.
func (host *nodeLanguageHost) runPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	host, folder := host.with(request, infoOfRunPlugin)
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	find := exec.Command("node", "--print", "require.resolve('@pulumi/pulumi/cmd/run-plugin')")
	find.Dir = folder
	runner, err := find.Output()
	if err != nil {
		return fmt.Errorf("%s has no Pulumi SDK; run npm ci there: %w", folder, err)
	}
	args, err := shlex.Split(host.nodeargs)
	if err != nil {
		return err
	}
	args = append(append(args, strings.TrimSpace(string(runner)), folder), request.GetArgs()...)
	plugin := exec.CommandContext(server.Context(), "node", args...)
	plugin.Dir, plugin.Stdout, plugin.Stderr = request.GetPwd(), stdout, stderr
	plugin.Env = append(os.Environ(), request.GetEnv()...)
	if host.typescript {
		plugin.Env = append(plugin.Env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	failed := plugin.Run()
	if plugin.ProcessState == nil {
		return failed
	}
	if err := closer.Close(); err != nil {
		return err
	}
	code := int32(plugin.ProcessState.ExitCode())
	return server.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}
