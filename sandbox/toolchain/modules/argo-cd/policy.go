package main

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/golang-jwt/jwt/v5"
	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/cache"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	listers "github.com/argoproj/argo-cd/v3/pkg/client/listers/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/server/rbacpolicy"
	"github.com/argoproj/argo-cd/v3/util/assets"
	"github.com/argoproj/argo-cd/v3/util/rbac"
)

// Projects, and what somebody who is in these groups asks: `["applications", "sync", "nginx/nginx-prod"]`.
type inquiry struct {
	Projects  []*v1alpha1.AppProject `json:"projects"`
	Questions []struct {
		Groups []string  `json:"groups"`
		Action [3]string `json:"action"`
	} `json:"questions"`
}

type verdict struct {
	// Why Argo CD's API server would not take projects.
	Problems []string `json:"problems"`
	Allowed  []bool   `json:"allowed"`
}

func policyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "policy", Short: "answers inquiries, one a line, as Argo CD's API server would decide", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			inquiries, verdicts := json.NewDecoder(command.InOrStdin()), json.NewEncoder(command.OutOrStdout())
			for {
				var asked inquiry
				if err := inquiries.Decode(&asked); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return err
				}
				said, err := decide(asked)
				if err != nil {
					return err
				}
				if err := verdicts.Encode(said); err != nil {
					return err
				}
			}
		},
	}
}

func decide(asked inquiry) (verdict, error) {
	said := verdict{Problems: []string{}, Allowed: []bool{}}
	projects := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	for _, project := range asked.Projects {
		if err := project.ValidateProject(); err != nil {
			said.Problems = append(said.Problems, err.Error())
		}
		if err := projects.Add(project); err != nil {
			return said, err
		}
	}
	enforcer := rbac.NewEnforcer(nil, namespace, "argocd-rbac-cm", nil)
	if err := enforcer.SetBuiltinPolicy(assets.BuiltinPolicyCSV); err != nil {
		return said, err
	}
	lister := listers.NewAppProjectLister(projects).AppProjects(namespace)
	enforcer.SetClaimsEnforcerFunc(rbacpolicy.NewRBACPolicyEnforcer(enforcer, lister).EnforceClaims)
	for _, question := range asked.Questions {
		person := jwt.MapClaims{"sub": "somebody", "groups": question.Groups}
		said.Allowed = append(said.Allowed, enforcer.Enforce(person, question.Action[0], question.Action[1], question.Action[2]))
	}
	return said, nil
}
