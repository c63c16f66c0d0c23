// Command pulumi-resource-github is the sandbox's GitHub plugin: the upstream GitHub provider behind the tokens
// of @pulumi/github, reduced to the resources that this project uses, so that it starts fast.
package main

import (
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
)

// version is that of @pulumi/github, set at link time: the engine asks for a plugin of exactly the SDK's version.
var version = "0.0.0-dev"

// served maps each upstream resource to the token under which the SDK registers it.
var served = map[string]*tfbridge.ResourceInfo{
	"github_organization_webhook": {Tok: "github:index/organizationWebhook:OrganizationWebhook"},
	"github_repository_webhook":   {Tok: "github:index/repositoryWebhook:RepositoryWebhook"},
}

func main() {
	// Only the type checker reads more of a schema, and it stays quiet about resources that are not in it.
	packageSchema, err := json.Marshal(map[string]string{"name": "github", "version": version})
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	tfbridge.Main("github", version, provider(), packageSchema)
}

// provider describes the bridged provider. The hook's secret and address are sensitive upstream; its token is not.
func provider() tfbridge.ProviderInfo {
	upstream := github.NewProvider(version, "")()
	maps.DeleteFunc(upstream.ResourcesMap, func(name string, _ *schema.Resource) bool { return served[name] == nil })
	clear(upstream.DataSourcesMap)
	return tfbridge.ProviderInfo{
		P:         shim.NewProvider(upstream),
		Name:      "github",
		Version:   version,
		Resources: served,
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_BASE_URL"}, Value: github.DotComAPIURL}},
			"token":    {Secret: tfbridge.True(), Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}}},
		},
	}
}
