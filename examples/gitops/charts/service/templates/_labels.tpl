{{/* What the Deployment and the Service find their Pods by; it never changes. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Values.name | default .Release.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The labels of every object. A tag that fits no label value, or its digest, is left out. */}}
{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- with .Values.stage }}
stage: {{ . | quote }}
{{- end }}
{{- $version := .Values.image.tag | splitList "@" | first }}
{{- if regexMatch "^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$" $version }}
app.kubernetes.io/version: {{ $version | quote }}
{{- end }}
{{- end }}
