package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
)

// question is a delivery, or what an EventSource sees, with the objects that decide about it; without any, those of the question before decide.
type question struct {
	Objects *objects    `json:"objects"`
	Method  string      `json:"method"`
	Path    string      `json:"path"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body"`
	Seen    *happenings `json:"seen"`
}

type answer struct {
	// Why Argo Events, or this program, does not run these objects at all.
	Refused  string    `json:"refused,omitempty"`
	Status   int       `json:"status,omitempty"`
	Text     string    `json:"text,omitempty"`
	Outcomes []outcome `json:"outcomes"`
}

func answerAll(in io.Reader, out io.Writer) error {
	questions, answers := json.NewDecoder(in), json.NewEncoder(out)
	config := &rest.Config{Host: "http://127.0.0.1", QPS: -1}
	client, err := dynamic.NewForConfigAndClient(config, &http.Client{Transport: echo{}})
	if err != nil {
		return err
	}
	var current *cluster
	var refused error
	for {
		var asked question
		if err := questions.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if asked.Objects != nil {
			if current != nil {
				current.stop()
			}
			current, refused = newCluster(*asked.Objects)
		}
		if refused != nil {
			err = answers.Encode(answer{Refused: refused.Error()})
		} else {
			err = answers.Encode(answerTo(current, asked, client))
		}
		if err != nil {
			return err
		}
	}
}

func answerTo(current *cluster, asked question, client dynamic.Interface) answer {
	if asked.Seen != nil {
		events, err := current.watch(*asked.Seen)
		if err != nil {
			return answer{Refused: err.Error()}
		}
		return answer{Outcomes: current.outcomes(events, client, asked.Seen.Answer)}
	}
	request, err := http.NewRequest(asked.Method, "http://127.0.0.1"+asked.Path, bytes.NewReader(asked.Body))
	if err != nil {
		return answer{Refused: err.Error()}
	}
	for _, header := range asked.Headers {
		request.Header.Add(header[0], header[1])
	}
	response := httptest.NewRecorder()
	outcomes := current.outcomes(current.receive(response, request), client, http.StatusOK)
	return answer{Status: response.Code, Text: response.Body.String(), Outcomes: outcomes}
}

func (c *cluster) outcomes(events []event, client dynamic.Interface, status int) []outcome {
	all := []outcome{}
	for _, received := range events {
		for _, waiting := range c.listeningTo(received) {
			// What fails here fails each time: nothing is waited for.
			strategy := v1alpha1.Backoff{}
			if given := waiting.trigger.RetryStrategy; given != nil {
				strategy = *given
			}
			strategy.Steps = 1
			all = append(all, waiting.act(received, client, &receiver{answer: status}, &strategy))
		}
	}
	return all
}

// echo is an API server that takes everything.
type echo struct{}

func (echo) RoundTrip(request *http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: http.StatusCreated, Header: header, Body: request.Body, Request: request}, nil
}
