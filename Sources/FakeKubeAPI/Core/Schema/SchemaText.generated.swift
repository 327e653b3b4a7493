// Made by make-schema.py; never edited.

/// The shapes of all API types, in the grammar of `Schema`.
let schemaText: StaticString = #"""
T admissionregistration.v1.ApplyConfiguration
expression 1 s
T admissionregistration.v1.AuditAnnotation
key 1 s !q
valueExpression 2 s !q
T admissionregistration.v1.ExpressionWarning
fieldRef 2 s !q
warning 3 s !q
T admissionregistration.v1.JSONPatch
expression 1 s
T admissionregistration.v1.MatchCondition
expression 2 s !q
name 1 s !q
T admissionregistration.v1.MatchResources
excludeResourceRules 4 []admissionregistration.v1.NamedRuleWithOperations
matchPolicy 7 s ?
namespaceSelector 1 meta.v1.LabelSelector a
objectSelector 2 meta.v1.LabelSelector a
resourceRules 3 []admissionregistration.v1.NamedRuleWithOperations
T admissionregistration.v1.MutatingAdmissionPolicy
metadata 1 meta.v1.ObjectMeta !
spec 2 admissionregistration.v1.MutatingAdmissionPolicySpec !
T admissionregistration.v1.MutatingAdmissionPolicyBinding
metadata 1 meta.v1.ObjectMeta !
spec 2 admissionregistration.v1.MutatingAdmissionPolicyBindingSpec !
T admissionregistration.v1.MutatingAdmissionPolicyBindingSpec
matchResources 3 admissionregistration.v1.MatchResources a
paramRef 2 admissionregistration.v1.ParamRef a
policyName 1 s
T admissionregistration.v1.MutatingAdmissionPolicySpec
failurePolicy 5 s ?
matchConditions 6 []admissionregistration.v1.MatchCondition mname;kname;
matchConstraints 2 admissionregistration.v1.MatchResources a
mutations 4 []admissionregistration.v1.Mutation
paramKind 1 admissionregistration.v1.ParamKind a
reinvocationPolicy 7 s
variables 3 []admissionregistration.v1.Variable
T admissionregistration.v1.MutatingWebhook
admissionReviewVersions 8 []s !q
clientConfig 2 admissionregistration.v1.WebhookClientConfig !q
failurePolicy 4 s ?
matchConditions 12 []admissionregistration.v1.MatchCondition mname;kname;
matchPolicy 9 s ?
name 1 s !q
namespaceSelector 5 meta.v1.LabelSelector a
objectSelector 11 meta.v1.LabelSelector a
reinvocationPolicy 10 s ?
rules 3 []admissionregistration.v1.RuleWithOperations
sideEffects 6 s !?q
timeoutSeconds 7 i ?
T admissionregistration.v1.MutatingWebhookConfiguration
metadata 1 meta.v1.ObjectMeta !
webhooks 2 []admissionregistration.v1.MutatingWebhook mname;kname;
T admissionregistration.v1.Mutation
applyConfiguration 3 admissionregistration.v1.ApplyConfiguration
jsonPatch 4 admissionregistration.v1.JSONPatch
patchType 2 s !q
T admissionregistration.v1.NamedRuleWithOperations
apiGroups 2.2.1 []s
apiVersions 2.2.2 []s
operations 2.1 []s
resourceNames 1 []s
resources 2.2.3 []s
scope 2.2.4 s ?
T admissionregistration.v1.ParamKind
apiVersion 1 s
kind 2 s
T admissionregistration.v1.ParamRef
name 1 s
namespace 2 s
parameterNotFoundAction 4 s ?
selector 3 meta.v1.LabelSelector a
T admissionregistration.v1.RuleWithOperations
apiGroups 2.1 []s
apiVersions 2.2 []s
operations 1 []s
resources 2.3 []s
scope 2.4 s ?
T admissionregistration.v1.ServiceReference
name 2 s !q
namespace 1 s !q
path 3 s ?
port 4 i ?
T admissionregistration.v1.TypeChecking
expressionWarnings 1 []admissionregistration.v1.ExpressionWarning
T admissionregistration.v1.ValidatingAdmissionPolicy
metadata 1 meta.v1.ObjectMeta !
spec 2 admissionregistration.v1.ValidatingAdmissionPolicySpec !
status 3 admissionregistration.v1.ValidatingAdmissionPolicyStatus !
T admissionregistration.v1.ValidatingAdmissionPolicyBinding
metadata 1 meta.v1.ObjectMeta !
spec 2 admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec !q
T admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec
matchResources 3 admissionregistration.v1.MatchResources a
paramRef 2 admissionregistration.v1.ParamRef a
policyName 1 s q
validationActions 4 []s qu
T admissionregistration.v1.ValidatingAdmissionPolicySpec
auditAnnotations 5 []admissionregistration.v1.AuditAnnotation
failurePolicy 4 s ?
matchConditions 6 []admissionregistration.v1.MatchCondition mname;kname;
matchConstraints 2 admissionregistration.v1.MatchResources a
paramKind 1 admissionregistration.v1.ParamKind a
validations 3 []admissionregistration.v1.Validation
variables 7 []admissionregistration.v1.Variable mname;kname;
T admissionregistration.v1.ValidatingAdmissionPolicyStatus
conditions 3 []meta.v1.Condition ktype;
observedGeneration 1 l
typeChecking 2 admissionregistration.v1.TypeChecking
T admissionregistration.v1.ValidatingWebhook
admissionReviewVersions 8 []s !q
clientConfig 2 admissionregistration.v1.WebhookClientConfig !q
failurePolicy 4 s ?
matchConditions 11 []admissionregistration.v1.MatchCondition mname;kname;
matchPolicy 9 s ?
name 1 s !q
namespaceSelector 5 meta.v1.LabelSelector a
objectSelector 10 meta.v1.LabelSelector a
rules 3 []admissionregistration.v1.RuleWithOperations
sideEffects 6 s !?q
timeoutSeconds 7 i ?
T admissionregistration.v1.ValidatingWebhookConfiguration
metadata 1 meta.v1.ObjectMeta !
webhooks 2 []admissionregistration.v1.ValidatingWebhook mname;kname;
T admissionregistration.v1.Validation
expression 1 s !q
message 2 s
messageExpression 4 s
reason 3 s ?
T admissionregistration.v1.Variable
expression 2 s !q
name 1 s !q
T admissionregistration.v1.WebhookClientConfig
caBundle 2 y
service 1 admissionregistration.v1.ServiceReference
url 3 s ?
T apiextensions.v1.CustomResourceColumnDefinition
description 4 s
format 3 s
jsonPath 6 s !q
name 1 s !q
priority 5 i ?
type 2 s !q
T apiextensions.v1.CustomResourceConversion
strategy 1 s !q
webhook 2 apiextensions.v1.WebhookConversion
T apiextensions.v1.CustomResourceDefinition
metadata 1 meta.v1.ObjectMeta !
spec 2 apiextensions.v1.CustomResourceDefinitionSpec !q
status 3 apiextensions.v1.CustomResourceDefinitionStatus !
T apiextensions.v1.CustomResourceDefinitionCondition
lastTransitionTime 3 T
message 5 s
observedGeneration 0 l
reason 4 s
status 2 s !q
type 1 s !q
T apiextensions.v1.CustomResourceDefinitionNames
categories 6 []s
kind 4 s !q
listKind 5 s
plural 1 s !q
shortNames 3 []s
singular 2 s
T apiextensions.v1.CustomResourceDefinitionSpec
conversion 9 apiextensions.v1.CustomResourceConversion
group 1 s !q
names 3 apiextensions.v1.CustomResourceDefinitionNames !q
preserveUnknownFields 10 b ?
scope 4 s !q
versions 7 []apiextensions.v1.CustomResourceDefinitionVersion !q
T apiextensions.v1.CustomResourceDefinitionStatus
acceptedNames 2 apiextensions.v1.CustomResourceDefinitionNames !
conditions 1 []apiextensions.v1.CustomResourceDefinitionCondition !ktype;
observedGeneration 0 l
storedVersions 3 []s !
T apiextensions.v1.CustomResourceDefinitionVersion
additionalPrinterColumns 6 []apiextensions.v1.CustomResourceColumnDefinition
deprecated 7 b
deprecationWarning 8 s
name 1 s !q
schema 4 apiextensions.v1.CustomResourceValidation
selectableFields 9 []apiextensions.v1.SelectableField
served 2 b !q
storage 3 b !q
subresources 5 apiextensions.v1.CustomResourceSubresources
T apiextensions.v1.CustomResourceSubresourceScale
labelSelectorPath 3 s
specReplicasPath 1 s !q
statusReplicasPath 2 s !q
T apiextensions.v1.CustomResourceSubresources
scale 2 apiextensions.v1.CustomResourceSubresourceScale
status 1 apiextensions.v1.CustomResourceSubresourceStatus !
T apiextensions.v1.CustomResourceValidation
openAPIV3Schema 1 apiextensions.v1.JSONSchemaProps
T apiextensions.v1.ExternalDocumentation
description 1 s
url 2 s
T apiextensions.v1.JSONSchemaProps
$ref 3 s
$schema 2 s
additionalItems 33 J
additionalProperties 30 J
allOf 25 []apiextensions.v1.JSONSchemaProps
anyOf 27 []apiextensions.v1.JSONSchemaProps
default 8 J
definitions 34 {}apiextensions.v1.JSONSchemaProps
dependencies 32 {}J
description 4 s
enum 20 []J
example 36 J
exclusiveMaximum 10 b
exclusiveMinimum 12 b
externalDocs 35 apiextensions.v1.ExternalDocumentation
format 6 s
id 1 s
items 24 J
maxItems 16 l ?
maxLength 13 l ?
maxProperties 21 l ?
maximum 9 f ?
minItems 17 l ?
minLength 14 l ?
minProperties 22 l ?
minimum 11 f ?
multipleOf 19 f ?
not 28 apiextensions.v1.JSONSchemaProps
nullable 37 b
oneOf 26 []apiextensions.v1.JSONSchemaProps
pattern 15 s
patternProperties 31 {}apiextensions.v1.JSONSchemaProps
properties 29 {}apiextensions.v1.JSONSchemaProps
required 23 []s
title 7 s
type 5 s
uniqueItems 18 b
x-kubernetes-embedded-resource 39 b
x-kubernetes-int-or-string 40 b
x-kubernetes-list-map-keys 41 []s
x-kubernetes-list-type 42 s
x-kubernetes-map-type 43 s
x-kubernetes-preserve-unknown-fields 38 b ?
x-kubernetes-validations 44 []apiextensions.v1.ValidationRule mrule;krule;
T apiextensions.v1.SelectableField
jsonPath 1 s !q
T apiextensions.v1.ServiceReference
name 2 s !q
namespace 1 s !q
path 3 s
port 4 i ?
T apiextensions.v1.ValidationRule
fieldPath 5 s
message 2 s
messageExpression 3 s
optionalOldSelf 6 b ?
reason 4 s
rule 1 s !q
T apiextensions.v1.WebhookClientConfig
caBundle 2 y
service 1 apiextensions.v1.ServiceReference
url 3 s
T apiextensions.v1.WebhookConversion
clientConfig 2 apiextensions.v1.WebhookClientConfig
conversionReviewVersions 3 []s !q
T apiregistration.v1.APIService
metadata 1 meta.v1.ObjectMeta !
spec 2 apiregistration.v1.APIServiceSpec !
status 3 apiregistration.v1.APIServiceStatus !
T apiregistration.v1.APIServiceCondition
lastTransitionTime 3 T
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T apiregistration.v1.APIServiceSpec
caBundle 5 y
group 2 s
groupPriorityMinimum 7 i !q
insecureSkipTLSVerify 4 b ?
service 1 apiregistration.v1.ServiceReference
version 3 s
versionPriority 8 i !q
T apiregistration.v1.APIServiceStatus
conditions 1 []apiregistration.v1.APIServiceCondition mtype;ktype;
T apiregistration.v1.ServiceReference
name 2 s
namespace 1 s
port 3 i ?
T apps.v1.ControllerRevision
data 2 J !
metadata 1 meta.v1.ObjectMeta !
revision 3 l !q
T apps.v1.DaemonSet
metadata 1 meta.v1.ObjectMeta !
spec 2 apps.v1.DaemonSetSpec !
status 3 apps.v1.DaemonSetStatus !
T apps.v1.DaemonSetCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T apps.v1.DaemonSetSpec
minReadySeconds 4 i
revisionHistoryLimit 6 i ?
selector 1 meta.v1.LabelSelector !?qa
template 2 core.v1.PodTemplateSpec !q
updateStrategy 3 apps.v1.DaemonSetUpdateStrategy !
T apps.v1.DaemonSetStatus
collisionCount 9 i ?
conditions 10 []apps.v1.DaemonSetCondition mtype;ktype;
currentNumberScheduled 1 i !q
desiredNumberScheduled 3 i !q
numberAvailable 7 i
numberMisscheduled 2 i !q
numberReady 4 i !q
numberUnavailable 8 i
observedGeneration 5 l
updatedNumberScheduled 6 i
T apps.v1.DaemonSetUpdateStrategy
rollingUpdate 2 apps.v1.RollingUpdateDaemonSet
type 1 s
T apps.v1.Deployment
metadata 1 meta.v1.ObjectMeta !
spec 2 apps.v1.DeploymentSpec !
status 3 apps.v1.DeploymentStatus !
T apps.v1.DeploymentCondition
lastTransitionTime 7 T !
lastUpdateTime 6 T !
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T apps.v1.DeploymentSpec
minReadySeconds 5 i
paused 7 b
progressDeadlineSeconds 9 i ?
replicas 1 i ?
revisionHistoryLimit 6 i ?
selector 2 meta.v1.LabelSelector !?qa
strategy 4 apps.v1.DeploymentStrategy !r
template 3 core.v1.PodTemplateSpec !q
T apps.v1.DeploymentStatus
availableReplicas 4 i
collisionCount 8 i ?
conditions 6 []apps.v1.DeploymentCondition mtype;ktype;
observedGeneration 1 l
readyReplicas 7 i
replicas 2 i
terminatingReplicas 9 i ?
unavailableReplicas 5 i
updatedReplicas 3 i
T apps.v1.DeploymentStrategy
rollingUpdate 2 apps.v1.RollingUpdateDeployment
type 1 s
T apps.v1.ReplicaSet
metadata 1 meta.v1.ObjectMeta !
spec 2 apps.v1.ReplicaSetSpec !
status 3 apps.v1.ReplicaSetStatus !
T apps.v1.ReplicaSetCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T apps.v1.ReplicaSetSpec
minReadySeconds 4 i
replicas 1 i ?
selector 2 meta.v1.LabelSelector !?qa
template 3 core.v1.PodTemplateSpec !
T apps.v1.ReplicaSetStatus
availableReplicas 5 i
conditions 6 []apps.v1.ReplicaSetCondition mtype;ktype;
fullyLabeledReplicas 2 i
observedGeneration 3 l
readyReplicas 4 i
replicas 1 i !q
terminatingReplicas 7 i ?
T apps.v1.RollingUpdateDaemonSet
maxSurge 2 X
maxUnavailable 1 X
T apps.v1.RollingUpdateDeployment
maxSurge 2 X
maxUnavailable 1 X
T apps.v1.RollingUpdateStatefulSetStrategy
maxUnavailable 2 X
partition 1 i ?
T apps.v1.StatefulSet
metadata 1 meta.v1.ObjectMeta !
spec 2 apps.v1.StatefulSetSpec !
status 3 apps.v1.StatefulSetStatus !
T apps.v1.StatefulSetCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T apps.v1.StatefulSetOrdinals
start 1 i !
T apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy
whenDeleted 1 s
whenScaled 2 s
T apps.v1.StatefulSetSpec
minReadySeconds 9 i
ordinals 11 apps.v1.StatefulSetOrdinals
persistentVolumeClaimRetentionPolicy 10 apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy
podManagementPolicy 6 s
replicas 1 i ?
revisionHistoryLimit 8 i ?
selector 2 meta.v1.LabelSelector !?qa
serviceName 5 s !
template 3 core.v1.PodTemplateSpec !q
updateStrategy 7 apps.v1.StatefulSetUpdateStrategy !
volumeClaimTemplates 4 []core.v1.PersistentVolumeClaim
T apps.v1.StatefulSetStatus
availableReplicas 11 i !
collisionCount 9 i ?
conditions 10 []apps.v1.StatefulSetCondition mtype;ktype;
currentReplicas 4 i
currentRevision 6 s
observedGeneration 1 l
readyReplicas 3 i
replicas 2 i !q
updateRevision 7 s
updatedReplicas 5 i
T apps.v1.StatefulSetUpdateStrategy
rollingUpdate 2 apps.v1.RollingUpdateStatefulSetStrategy
type 1 s
T authentication.v1.BoundObjectReference
apiVersion 2 s
kind 1 s
name 3 s
uid 4 s
T authentication.v1.SelfSubjectReview
metadata 1 meta.v1.ObjectMeta !
status 2 authentication.v1.SelfSubjectReviewStatus !
T authentication.v1.SelfSubjectReviewStatus
userInfo 1 authentication.v1.UserInfo !
T authentication.v1.TokenRequest
metadata 1 meta.v1.ObjectMeta !
spec 2 authentication.v1.TokenRequestSpec !
status 3 authentication.v1.TokenRequestStatus !
T authentication.v1.TokenRequestSpec
audiences 1 []s !
boundObjectRef 3 authentication.v1.BoundObjectReference !?
expirationSeconds 4 l !?
T authentication.v1.TokenRequestStatus
expirationTimestamp 2 T !
token 1 s !
T authentication.v1.TokenReview
metadata 1 meta.v1.ObjectMeta !
spec 2 authentication.v1.TokenReviewSpec !q
status 3 authentication.v1.TokenReviewStatus !
T authentication.v1.TokenReviewSpec
audiences 2 []s
token 1 s q
T authentication.v1.TokenReviewStatus
audiences 4 []s
authenticated 1 b
error 3 s
user 2 authentication.v1.UserInfo !
T authentication.v1.UserInfo
extra 4 {}[]s
groups 3 []s
uid 2 s
username 1 s
T authorization.v1.FieldSelectorAttributes
rawSelector 1 s
requirements 2 []meta.v1.FieldSelectorRequirement
T authorization.v1.LabelSelectorAttributes
rawSelector 1 s
requirements 2 []meta.v1.LabelSelectorRequirement
T authorization.v1.LocalSubjectAccessReview
metadata 1 meta.v1.ObjectMeta !
spec 2 authorization.v1.SubjectAccessReviewSpec !q
status 3 authorization.v1.SubjectAccessReviewStatus !
T authorization.v1.NonResourceAttributes
path 1 s
verb 2 s
T authorization.v1.NonResourceRule
nonResourceURLs 2 []s
verbs 1 []s !q
T authorization.v1.ResourceAttributes
fieldSelector 8 authorization.v1.FieldSelectorAttributes
group 3 s
labelSelector 9 authorization.v1.LabelSelectorAttributes
name 7 s
namespace 1 s
resource 5 s
subresource 6 s
verb 2 s
version 4 s
T authorization.v1.ResourceRule
apiGroups 2 []s
resourceNames 4 []s
resources 3 []s
verbs 1 []s !q
T authorization.v1.SelfSubjectAccessReview
metadata 1 meta.v1.ObjectMeta !
spec 2 authorization.v1.SelfSubjectAccessReviewSpec !q
status 3 authorization.v1.SubjectAccessReviewStatus !
T authorization.v1.SelfSubjectAccessReviewSpec
nonResourceAttributes 2 authorization.v1.NonResourceAttributes
resourceAttributes 1 authorization.v1.ResourceAttributes
T authorization.v1.SelfSubjectRulesReview
metadata 1 meta.v1.ObjectMeta !
spec 2 authorization.v1.SelfSubjectRulesReviewSpec !q
status 3 authorization.v1.SubjectRulesReviewStatus !
T authorization.v1.SelfSubjectRulesReviewSpec
namespace 1 s
T authorization.v1.SubjectAccessReview
metadata 1 meta.v1.ObjectMeta !
spec 2 authorization.v1.SubjectAccessReviewSpec !q
status 3 authorization.v1.SubjectAccessReviewStatus !
T authorization.v1.SubjectAccessReviewSpec
extra 5 {}[]s
groups 4 []s
nonResourceAttributes 2 authorization.v1.NonResourceAttributes
resourceAttributes 1 authorization.v1.ResourceAttributes
uid 6 s
user 3 s
T authorization.v1.SubjectAccessReviewStatus
allowed 1 b !q
denied 4 b
evaluationError 3 s
reason 2 s
T authorization.v1.SubjectRulesReviewStatus
evaluationError 4 s
incomplete 3 b !q
nonResourceRules 2 []authorization.v1.NonResourceRule !q
resourceRules 1 []authorization.v1.ResourceRule !q
T autoscaling.v1.CrossVersionObjectReference
apiVersion 3 s
kind 1 s !q
name 2 s !q
T autoscaling.v1.HorizontalPodAutoscaler
metadata 1 meta.v1.ObjectMeta !
spec 2 autoscaling.v1.HorizontalPodAutoscalerSpec !q
status 3 autoscaling.v1.HorizontalPodAutoscalerStatus !
T autoscaling.v1.HorizontalPodAutoscalerSpec
maxReplicas 3 i !q
minReplicas 2 i ?
scaleTargetRef 1 autoscaling.v1.CrossVersionObjectReference !qa
targetCPUUtilizationPercentage 4 i ?
T autoscaling.v1.HorizontalPodAutoscalerStatus
currentCPUUtilizationPercentage 5 i ?
currentReplicas 3 i !q
desiredReplicas 4 i !q
lastScaleTime 2 T
observedGeneration 1 l ?
T autoscaling.v1.Scale
metadata 1 meta.v1.ObjectMeta !
spec 2 autoscaling.v1.ScaleSpec !
status 3 autoscaling.v1.ScaleStatus !
T autoscaling.v1.ScaleSpec
replicas 1 i
T autoscaling.v1.ScaleStatus
replicas 1 i !q
selector 2 s
T autoscaling.v2.ContainerResourceMetricSource
container 3 s !q
name 1 s !q
target 2 autoscaling.v2.MetricTarget !q
T autoscaling.v2.ContainerResourceMetricStatus
container 3 s !q
current 2 autoscaling.v2.MetricValueStatus !q
name 1 s !q
T autoscaling.v2.CrossVersionObjectReference
apiVersion 3 s
kind 1 s !q
name 2 s !q
T autoscaling.v2.ExternalMetricSource
metric 1 autoscaling.v2.MetricIdentifier !q
target 2 autoscaling.v2.MetricTarget !q
T autoscaling.v2.ExternalMetricStatus
current 2 autoscaling.v2.MetricValueStatus !q
metric 1 autoscaling.v2.MetricIdentifier !q
T autoscaling.v2.HPAScalingPolicy
periodSeconds 3 i !q
type 1 s !q
value 2 i !q
T autoscaling.v2.HPAScalingRules
policies 2 []autoscaling.v2.HPAScalingPolicy
selectPolicy 1 s ?
stabilizationWindowSeconds 3 i ?
tolerance 4 Q
T autoscaling.v2.HorizontalPodAutoscaler
metadata 1 meta.v1.ObjectMeta !
spec 2 autoscaling.v2.HorizontalPodAutoscalerSpec !q
status 3 autoscaling.v2.HorizontalPodAutoscalerStatus !
T autoscaling.v2.HorizontalPodAutoscalerBehavior
scaleDown 2 autoscaling.v2.HPAScalingRules
scaleUp 1 autoscaling.v2.HPAScalingRules
T autoscaling.v2.HorizontalPodAutoscalerCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T autoscaling.v2.HorizontalPodAutoscalerSpec
behavior 5 autoscaling.v2.HorizontalPodAutoscalerBehavior
maxReplicas 3 i !q
metrics 4 []autoscaling.v2.MetricSpec
minReplicas 2 i ?
scaleTargetRef 1 autoscaling.v2.CrossVersionObjectReference !q
T autoscaling.v2.HorizontalPodAutoscalerStatus
conditions 6 []autoscaling.v2.HorizontalPodAutoscalerCondition mtype;ktype;
currentMetrics 5 []autoscaling.v2.MetricStatus !
currentReplicas 3 i
desiredReplicas 4 i !q
lastScaleTime 2 T
observedGeneration 1 l ?
T autoscaling.v2.MetricIdentifier
name 1 s !q
selector 2 meta.v1.LabelSelector a
T autoscaling.v2.MetricSpec
containerResource 7 autoscaling.v2.ContainerResourceMetricSource
external 5 autoscaling.v2.ExternalMetricSource
object 2 autoscaling.v2.ObjectMetricSource
pods 3 autoscaling.v2.PodsMetricSource
resource 4 autoscaling.v2.ResourceMetricSource
type 1 s !q
T autoscaling.v2.MetricStatus
containerResource 7 autoscaling.v2.ContainerResourceMetricStatus
external 5 autoscaling.v2.ExternalMetricStatus
object 2 autoscaling.v2.ObjectMetricStatus
pods 3 autoscaling.v2.PodsMetricStatus
resource 4 autoscaling.v2.ResourceMetricStatus
type 1 s !q
T autoscaling.v2.MetricTarget
averageUtilization 4 i ?
averageValue 3 Q
type 1 s !q
value 2 Q
T autoscaling.v2.MetricValueStatus
averageUtilization 3 i ?
averageValue 2 Q
value 1 Q
T autoscaling.v2.ObjectMetricSource
describedObject 1 autoscaling.v2.CrossVersionObjectReference !q
metric 3 autoscaling.v2.MetricIdentifier !q
target 2 autoscaling.v2.MetricTarget !q
T autoscaling.v2.ObjectMetricStatus
current 2 autoscaling.v2.MetricValueStatus !q
describedObject 3 autoscaling.v2.CrossVersionObjectReference !q
metric 1 autoscaling.v2.MetricIdentifier !q
T autoscaling.v2.PodsMetricSource
metric 1 autoscaling.v2.MetricIdentifier !q
target 2 autoscaling.v2.MetricTarget !q
T autoscaling.v2.PodsMetricStatus
current 2 autoscaling.v2.MetricValueStatus !q
metric 1 autoscaling.v2.MetricIdentifier !q
T autoscaling.v2.ResourceMetricSource
name 1 s !q
target 2 autoscaling.v2.MetricTarget !q
T autoscaling.v2.ResourceMetricStatus
current 2 autoscaling.v2.MetricValueStatus !q
name 1 s !q
T batch.v1.CronJob
metadata 1 meta.v1.ObjectMeta !
spec 2 batch.v1.CronJobSpec !q
status 3 batch.v1.CronJobStatus !
T batch.v1.CronJobSpec
concurrencyPolicy 3 s
failedJobsHistoryLimit 7 i ?
jobTemplate 5 batch.v1.JobTemplateSpec !q
schedule 1 s !q
startingDeadlineSeconds 2 l ?
successfulJobsHistoryLimit 6 i ?
suspend 4 b ?
timeZone 8 s ?
T batch.v1.CronJobStatus
active 1 []core.v1.ObjectReference
lastScheduleTime 4 T
lastSuccessfulTime 5 T
T batch.v1.Job
metadata 1 meta.v1.ObjectMeta !
spec 2 batch.v1.JobSpec !
status 3 batch.v1.JobStatus !
T batch.v1.JobCondition
lastProbeTime 3 T !
lastTransitionTime 4 T !
message 6 s
reason 5 s
status 2 s !q
type 1 s !q
T batch.v1.JobSpec
activeDeadlineSeconds 3 l ?
backoffLimit 7 i ?
backoffLimitPerIndex 12 i ?
completionMode 9 s ?
completions 2 i ?
managedBy 15 s ?
manualSelector 5 b ?
maxFailedIndexes 13 i ?
parallelism 1 i ?
podFailurePolicy 11 batch.v1.PodFailurePolicy
podReplacementPolicy 14 s ?
selector 4 meta.v1.LabelSelector a
successPolicy 16 batch.v1.SuccessPolicy
suspend 10 b ?
template 6 core.v1.PodTemplateSpec !q
ttlSecondsAfterFinished 8 i ?
T batch.v1.JobStatus
active 4 i
completedIndexes 7 s
completionTime 3 T
conditions 1 []batch.v1.JobCondition mtype;
failed 6 i
failedIndexes 10 s ?
ready 9 i ?
startTime 2 T
succeeded 5 i
terminating 11 i ?
uncountedTerminatedPods 8 batch.v1.UncountedTerminatedPods
T batch.v1.JobTemplateSpec
metadata 1 meta.v1.ObjectMeta !
spec 2 batch.v1.JobSpec !
T batch.v1.PodFailurePolicy
rules 1 []batch.v1.PodFailurePolicyRule !q
T batch.v1.PodFailurePolicyOnExitCodesRequirement
containerName 1 s ?
operator 2 s !q
values 3 []i !qu
T batch.v1.PodFailurePolicyOnPodConditionsPattern
status 2 s !
type 1 s !q
T batch.v1.PodFailurePolicyRule
action 1 s !q
onExitCodes 2 batch.v1.PodFailurePolicyOnExitCodesRequirement
onPodConditions 3 []batch.v1.PodFailurePolicyOnPodConditionsPattern
T batch.v1.SuccessPolicy
rules 1 []batch.v1.SuccessPolicyRule !q
T batch.v1.SuccessPolicyRule
succeededCount 2 i ?
succeededIndexes 1 s ?
T batch.v1.UncountedTerminatedPods
failed 2 []s u
succeeded 1 []s u
T certificates.v1.CertificateSigningRequest
metadata 1 meta.v1.ObjectMeta !
spec 2 certificates.v1.CertificateSigningRequestSpec !q
status 3 certificates.v1.CertificateSigningRequestStatus !
T certificates.v1.CertificateSigningRequestCondition
lastTransitionTime 5 T !
lastUpdateTime 4 T !
message 3 s
reason 2 s
status 6 s !q
type 1 s !q
T certificates.v1.CertificateSigningRequestSpec
expirationSeconds 8 i ?
extra 6 {}[]s
groups 4 []s
request 1 y !q
signerName 7 s !q
uid 3 s
usages 5 []s
username 2 s
T certificates.v1.CertificateSigningRequestStatus
certificate 2 y
conditions 1 []certificates.v1.CertificateSigningRequestCondition ktype;
T coordination.v1.Lease
metadata 1 meta.v1.ObjectMeta !
spec 2 coordination.v1.LeaseSpec !
T coordination.v1.LeaseSpec
acquireTime 3 U
holderIdentity 1 s ?
leaseDurationSeconds 2 i ?
leaseTransitions 5 i ?
preferredHolder 7 s ?
renewTime 4 U
strategy 6 s ?
T core.v1.AWSElasticBlockStoreVolumeSource
fsType 2 s
partition 3 i
readOnly 4 b
volumeID 1 s !q
T core.v1.Affinity
nodeAffinity 1 core.v1.NodeAffinity
podAffinity 2 core.v1.PodAffinity
podAntiAffinity 3 core.v1.PodAntiAffinity
T core.v1.AppArmorProfile
localhostProfile 2 s ?
type 1 s !q
T core.v1.AttachedVolume
devicePath 2 s !q
name 1 s !q
T core.v1.AzureDiskVolumeSource
cachingMode 3 s ?
diskName 1 s !q
diskURI 2 s !q
fsType 4 s ?
kind 6 s ?
readOnly 5 b ?
T core.v1.AzureFilePersistentVolumeSource
readOnly 3 b
secretName 1 s !q
secretNamespace 4 s !?
shareName 2 s !q
T core.v1.AzureFileVolumeSource
readOnly 3 b
secretName 1 s !q
shareName 2 s !q
T core.v1.Binding
metadata 1 meta.v1.ObjectMeta !
target 2 core.v1.ObjectReference !qa
T core.v1.CSIPersistentVolumeSource
controllerExpandSecretRef 9 core.v1.SecretReference a
controllerPublishSecretRef 6 core.v1.SecretReference a
driver 1 s !q
fsType 4 s
nodeExpandSecretRef 10 core.v1.SecretReference a
nodePublishSecretRef 8 core.v1.SecretReference a
nodeStageSecretRef 7 core.v1.SecretReference a
readOnly 3 b
volumeAttributes 5 {}s
volumeHandle 2 s !q
T core.v1.CSIVolumeSource
driver 1 s !q
fsType 3 s ?
nodePublishSecretRef 5 core.v1.LocalObjectReference a
readOnly 2 b ?
volumeAttributes 4 {}s
T core.v1.Capabilities
add 1 []s
drop 2 []s
T core.v1.CephFSPersistentVolumeSource
monitors 1 []s !q
path 2 s
readOnly 6 b
secretFile 4 s
secretRef 5 core.v1.SecretReference a
user 3 s
T core.v1.CephFSVolumeSource
monitors 1 []s !q
path 2 s
readOnly 6 b
secretFile 4 s
secretRef 5 core.v1.LocalObjectReference a
user 3 s
T core.v1.CinderPersistentVolumeSource
fsType 2 s
readOnly 3 b
secretRef 4 core.v1.SecretReference a
volumeID 1 s !q
T core.v1.CinderVolumeSource
fsType 2 s
readOnly 3 b
secretRef 4 core.v1.LocalObjectReference a
volumeID 1 s !q
T core.v1.ClientIPConfig
timeoutSeconds 1 i ?
T core.v1.ClusterTrustBundleProjection
labelSelector 3 meta.v1.LabelSelector a
name 1 s ?
optional 5 b ?
path 4 s !q
signerName 2 s ?
T core.v1.ComponentCondition
error 4 s
message 3 s
status 2 s !q
type 1 s !q
T core.v1.ComponentStatus
conditions 2 []core.v1.ComponentCondition mtype;ktype;
metadata 1 meta.v1.ObjectMeta !
T core.v1.ConfigMap
binaryData 3 {}y
data 2 {}s
immutable 4 b ?
metadata 1 meta.v1.ObjectMeta !
T core.v1.ConfigMapEnvSource
name 1.1 s
optional 2 b ?
T core.v1.ConfigMapKeySelector
key 2 s !q
name 1.1 s
optional 3 b ?
T core.v1.ConfigMapNodeConfigSource
kubeletConfigKey 5 s !q
name 2 s !q
namespace 1 s !q
resourceVersion 4 s
uid 3 s
T core.v1.ConfigMapProjection
items 2 []core.v1.KeyToPath
name 1.1 s
optional 4 b ?
T core.v1.ConfigMapVolumeSource
defaultMode 3 i ?
items 2 []core.v1.KeyToPath
name 1.1 s
optional 4 b ?
T core.v1.Container
args 4 []s
command 3 []s
env 7 []core.v1.EnvVar mname;kname;
envFrom 19 []core.v1.EnvFromSource
image 2 s
imagePullPolicy 14 s
lifecycle 12 core.v1.Lifecycle
livenessProbe 10 core.v1.Probe
name 1 s !q
ports 6 []core.v1.ContainerPort mcontainerPort;kcontainerPort,protocol;
readinessProbe 11 core.v1.Probe
resizePolicy 23 []core.v1.ContainerResizePolicy
resources 8 core.v1.ResourceRequirements !
restartPolicy 24 s ?
restartPolicyRules 25 []core.v1.ContainerRestartRule
securityContext 15 core.v1.SecurityContext
startupProbe 22 core.v1.Probe
stdin 16 b
stdinOnce 17 b
terminationMessagePath 13 s
terminationMessagePolicy 20 s
tty 18 b
volumeDevices 21 []core.v1.VolumeDevice mdevicePath;kdevicePath;
volumeMounts 9 []core.v1.VolumeMount mmountPath;kmountPath;
workingDir 5 s
T core.v1.ContainerExtendedResourceRequest
containerName 1 s !q
requestName 3 s !q
resourceName 2 s !q
T core.v1.ContainerImage
names 1 []s !
sizeBytes 2 l
T core.v1.ContainerPort
containerPort 3 i !q
hostIP 5 s
hostPort 2 i
name 1 s
protocol 4 s
T core.v1.ContainerResizePolicy
resourceName 1 s !q
restartPolicy 2 s !q
T core.v1.ContainerRestartRule
action 1 s !q
exitCodes 2 core.v1.ContainerRestartRuleOnExitCodes
T core.v1.ContainerRestartRuleOnExitCodes
operator 1 s !q
values 2 []i u
T core.v1.ContainerState
running 2 core.v1.ContainerStateRunning
terminated 3 core.v1.ContainerStateTerminated
waiting 1 core.v1.ContainerStateWaiting
T core.v1.ContainerStateRunning
startedAt 1 T !
T core.v1.ContainerStateTerminated
containerID 7 s
exitCode 1 i !q
finishedAt 6 T !
message 4 s
reason 3 s
signal 2 i
startedAt 5 T !
T core.v1.ContainerStateWaiting
message 2 s
reason 1 s
T core.v1.ContainerStatus
allocatedResources 10 {}Q
allocatedResourcesStatus 14 []core.v1.ResourceStatus mname;kname;
containerID 8 s
image 6 s !q
imageID 7 s !q
lastState 3 core.v1.ContainerState !
name 1 s !q
ready 4 b !q
resources 11 core.v1.ResourceRequirements
restartCount 5 i !q
started 9 b ?
state 2 core.v1.ContainerState !
stopSignal 15 s ?
user 13 core.v1.ContainerUser
volumeMounts 12 []core.v1.VolumeMountStatus mmountPath;kmountPath;
T core.v1.ContainerUser
linux 1 core.v1.LinuxContainerUser
T core.v1.DaemonEndpoint
Port 1 i !q
T core.v1.DownwardAPIProjection
items 1 []core.v1.DownwardAPIVolumeFile
T core.v1.DownwardAPIVolumeFile
fieldRef 2 core.v1.ObjectFieldSelector a
mode 4 i ?
path 1 s !q
resourceFieldRef 3 core.v1.ResourceFieldSelector a
T core.v1.DownwardAPIVolumeSource
defaultMode 2 i ?
items 1 []core.v1.DownwardAPIVolumeFile
T core.v1.EmptyDirVolumeSource
medium 1 s
sizeLimit 2 Q
T core.v1.EndpointAddress
hostname 3 s
ip 1 s !q
nodeName 4 s ?
targetRef 2 core.v1.ObjectReference a
T core.v1.EndpointPort
appProtocol 4 s ?
name 1 s
port 2 i !q
protocol 3 s
T core.v1.EndpointSubset
addresses 1 []core.v1.EndpointAddress
notReadyAddresses 2 []core.v1.EndpointAddress
ports 3 []core.v1.EndpointPort
T core.v1.Endpoints
metadata 1 meta.v1.ObjectMeta !
subsets 2 []core.v1.EndpointSubset
T core.v1.EnvFromSource
configMapRef 2 core.v1.ConfigMapEnvSource
prefix 1 s
secretRef 3 core.v1.SecretEnvSource
T core.v1.EnvVar
name 1 s !q
value 2 s
valueFrom 3 core.v1.EnvVarSource
T core.v1.EnvVarSource
configMapKeyRef 3 core.v1.ConfigMapKeySelector a
fieldRef 1 core.v1.ObjectFieldSelector a
fileKeyRef 5 core.v1.FileKeySelector a
resourceFieldRef 2 core.v1.ResourceFieldSelector a
secretKeyRef 4 core.v1.SecretKeySelector a
T core.v1.EphemeralContainer
args 1.4 []s
command 1.3 []s
env 1.7 []core.v1.EnvVar mname;kname;
envFrom 1.19 []core.v1.EnvFromSource
image 1.2 s
imagePullPolicy 1.14 s
lifecycle 1.12 core.v1.Lifecycle
livenessProbe 1.10 core.v1.Probe
name 1.1 s !q
ports 1.6 []core.v1.ContainerPort mcontainerPort;kcontainerPort,protocol;
readinessProbe 1.11 core.v1.Probe
resizePolicy 1.23 []core.v1.ContainerResizePolicy
resources 1.8 core.v1.ResourceRequirements !
restartPolicy 1.24 s ?
restartPolicyRules 1.25 []core.v1.ContainerRestartRule
securityContext 1.15 core.v1.SecurityContext
startupProbe 1.22 core.v1.Probe
stdin 1.16 b
stdinOnce 1.17 b
targetContainerName 2 s
terminationMessagePath 1.13 s
terminationMessagePolicy 1.20 s
tty 1.18 b
volumeDevices 1.21 []core.v1.VolumeDevice mdevicePath;kdevicePath;
volumeMounts 1.9 []core.v1.VolumeMount mmountPath;kmountPath;
workingDir 1.5 s
T core.v1.EphemeralVolumeSource
volumeClaimTemplate 1 core.v1.PersistentVolumeClaimTemplate
T core.v1.Event
action 12 s
count 8 i
eventTime 10 U !
firstTimestamp 6 T !
involvedObject 2 core.v1.ObjectReference !qa
lastTimestamp 7 T !
message 4 s
metadata 1 meta.v1.ObjectMeta !q
reason 3 s
related 13 core.v1.ObjectReference a
reportingComponent 14 s !
reportingInstance 15 s !
series 11 core.v1.EventSeries
source 5 core.v1.EventSource !
type 9 s
T core.v1.EventSeries
count 1 i
lastObservedTime 2 U !
T core.v1.EventSource
component 1 s
host 2 s
T core.v1.ExecAction
command 1 []s
T core.v1.FCVolumeSource
fsType 3 s
lun 2 i ?
readOnly 4 b
targetWWNs 1 []s
wwids 5 []s
T core.v1.FileKeySelector
key 3 s !q
optional 4 b ?
path 2 s !q
volumeName 1 s !q
T core.v1.FlexPersistentVolumeSource
driver 1 s !q
fsType 2 s
options 5 {}s
readOnly 4 b
secretRef 3 core.v1.SecretReference a
T core.v1.FlexVolumeSource
driver 1 s !q
fsType 2 s
options 5 {}s
readOnly 4 b
secretRef 3 core.v1.LocalObjectReference a
T core.v1.FlockerVolumeSource
datasetName 1 s
datasetUUID 2 s
T core.v1.GCEPersistentDiskVolumeSource
fsType 2 s
partition 3 i
pdName 1 s !q
readOnly 4 b
T core.v1.GRPCAction
port 1 i !q
service 2 s !?
T core.v1.GitRepoVolumeSource
directory 3 s
repository 1 s !q
revision 2 s
T core.v1.GlusterfsPersistentVolumeSource
endpoints 1 s !q
endpointsNamespace 4 s ?
path 2 s !q
readOnly 3 b
T core.v1.GlusterfsVolumeSource
endpoints 1 s !q
path 2 s !q
readOnly 3 b
T core.v1.HTTPGetAction
host 3 s
httpHeaders 5 []core.v1.HTTPHeader
path 1 s
port 2 X !q
scheme 4 s
T core.v1.HTTPHeader
name 1 s !q
value 2 s !q
T core.v1.HostAlias
hostnames 2 []s
ip 1 s !q
T core.v1.HostIP
ip 1 s !q
T core.v1.HostPathVolumeSource
path 1 s !q
type 2 s ?
T core.v1.ISCSIPersistentVolumeSource
chapAuthDiscovery 8 b
chapAuthSession 11 b
fsType 5 s
initiatorName 12 s ?
iqn 2 s !q
iscsiInterface 4 s
lun 3 i !q
portals 7 []s
readOnly 6 b
secretRef 10 core.v1.SecretReference a
targetPortal 1 s !q
T core.v1.ISCSIVolumeSource
chapAuthDiscovery 8 b
chapAuthSession 11 b
fsType 5 s
initiatorName 12 s ?
iqn 2 s !q
iscsiInterface 4 s
lun 3 i !q
portals 7 []s
readOnly 6 b
secretRef 10 core.v1.LocalObjectReference a
targetPortal 1 s !q
T core.v1.ImageVolumeSource
pullPolicy 2 s
reference 1 s
T core.v1.ImageVolumeStatus
imageRef 0 s !q
T core.v1.KeyToPath
key 1 s !q
mode 3 i ?
path 2 s !q
T core.v1.Lifecycle
postStart 1 core.v1.LifecycleHandler
preStop 2 core.v1.LifecycleHandler
stopSignal 3 s ?
T core.v1.LifecycleHandler
exec 1 core.v1.ExecAction
httpGet 2 core.v1.HTTPGetAction
sleep 4 core.v1.SleepAction
tcpSocket 3 core.v1.TCPSocketAction
T core.v1.LimitRange
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.LimitRangeSpec !
T core.v1.LimitRangeItem
default 4 {}Q
defaultRequest 5 {}Q
max 2 {}Q
maxLimitRequestRatio 6 {}Q
min 3 {}Q
type 1 s !q
T core.v1.LimitRangeSpec
limits 1 []core.v1.LimitRangeItem !q
T core.v1.LinuxContainerUser
gid 2 l !q
supplementalGroups 3 []l
uid 1 l !q
T core.v1.LoadBalancerIngress
hostname 2 s
ip 1 s
ipMode 3 s ?
ports 4 []core.v1.PortStatus
T core.v1.LoadBalancerStatus
ingress 1 []core.v1.LoadBalancerIngress
T core.v1.LocalObjectReference
name 1 s
T core.v1.LocalVolumeSource
fsType 2 s ?
path 1 s !q
T core.v1.ModifyVolumeStatus
status 2 s !q
targetVolumeAttributesClassName 1 s
T core.v1.NFSVolumeSource
path 2 s !q
readOnly 3 b
server 1 s !q
T core.v1.Namespace
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.NamespaceSpec !
status 3 core.v1.NamespaceStatus !
T core.v1.NamespaceCondition
lastTransitionTime 4 T !
message 6 s
reason 5 s
status 2 s !q
type 1 s !q
T core.v1.NamespaceSpec
finalizers 1 []s
T core.v1.NamespaceStatus
conditions 2 []core.v1.NamespaceCondition mtype;ktype;
phase 1 s
T core.v1.Node
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.NodeSpec !
status 3 core.v1.NodeStatus !
T core.v1.NodeAddress
address 2 s !q
type 1 s !q
T core.v1.NodeAffinity
preferredDuringSchedulingIgnoredDuringExecution 2 []core.v1.PreferredSchedulingTerm
requiredDuringSchedulingIgnoredDuringExecution 1 core.v1.NodeSelector a
T core.v1.NodeAllocatableResourceClaimStatus
containers 0 []s u
resourceClaimName 0 s !q
resources 0 {}Q !q
T core.v1.NodeCondition
lastHeartbeatTime 3 T !
lastTransitionTime 4 T !
message 6 s
reason 5 s
status 2 s !q
type 1 s !q
T core.v1.NodeConfigSource
configMap 2 core.v1.ConfigMapNodeConfigSource
T core.v1.NodeConfigStatus
active 2 core.v1.NodeConfigSource
assigned 1 core.v1.NodeConfigSource
error 4 s
lastKnownGood 3 core.v1.NodeConfigSource
T core.v1.NodeDaemonEndpoints
kubeletEndpoint 1 core.v1.DaemonEndpoint !
T core.v1.NodeFeatures
supplementalGroupsPolicy 1 b ?
T core.v1.NodeRuntimeHandler
features 2 core.v1.NodeRuntimeHandlerFeatures
name 1 s !
T core.v1.NodeRuntimeHandlerFeatures
recursiveReadOnlyMounts 1 b ?
userNamespaces 2 b ?
T core.v1.NodeSelector
nodeSelectorTerms 1 []core.v1.NodeSelectorTerm !q
T core.v1.NodeSelectorRequirement
key 1 s !q
operator 2 s !q
values 3 []s
T core.v1.NodeSelectorTerm
matchExpressions 1 []core.v1.NodeSelectorRequirement
matchFields 2 []core.v1.NodeSelectorRequirement
T core.v1.NodeSpec
configSource 6 core.v1.NodeConfigSource
externalID 2 s
podCIDR 1 s
podCIDRs 7 []s m;u
providerID 3 s
taints 5 []core.v1.Taint
unschedulable 4 b
T core.v1.NodeStatus
addresses 5 []core.v1.NodeAddress mtype;ktype;
allocatable 2 {}Q
capacity 1 {}Q
conditions 4 []core.v1.NodeCondition mtype;ktype;
config 11 core.v1.NodeConfigStatus
daemonEndpoints 6 core.v1.NodeDaemonEndpoints !
declaredFeatures 14 []s
features 13 core.v1.NodeFeatures
images 8 []core.v1.ContainerImage
nodeInfo 7 core.v1.NodeSystemInfo !
phase 3 s
runtimeHandlers 12 []core.v1.NodeRuntimeHandler
volumesAttached 10 []core.v1.AttachedVolume
volumesInUse 9 []s
T core.v1.NodeSwapStatus
capacity 1 l ?
T core.v1.NodeSystemInfo
architecture 10 s !q
bootID 3 s !q
containerRuntimeVersion 6 s !q
kernelVersion 4 s !q
kubeProxyVersion 8 s !q
kubeletVersion 7 s !q
machineID 1 s !q
operatingSystem 9 s !q
osImage 5 s !q
swap 11 core.v1.NodeSwapStatus
systemUUID 2 s !q
T core.v1.ObjectFieldSelector
apiVersion 1 s
fieldPath 2 s !q
T core.v1.ObjectReference
apiVersion 5 s
fieldPath 7 s
kind 1 s
name 3 s
namespace 2 s
resourceVersion 6 s
uid 4 s
T core.v1.PersistentVolume
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.PersistentVolumeSpec !
status 3 core.v1.PersistentVolumeStatus !
T core.v1.PersistentVolumeClaim
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.PersistentVolumeClaimSpec !
status 3 core.v1.PersistentVolumeClaimStatus !
T core.v1.PersistentVolumeClaimCondition
lastProbeTime 3 T !
lastTransitionTime 4 T !
message 6 s
reason 5 s
status 2 s !q
type 1 s !q
T core.v1.PersistentVolumeClaimSpec
accessModes 1 []s
dataSource 7 core.v1.TypedLocalObjectReference a
dataSourceRef 8 core.v1.TypedObjectReference
resources 2 core.v1.VolumeResourceRequirements !
selector 4 meta.v1.LabelSelector a
storageClassName 5 s ?
volumeAttributesClassName 9 s ?
volumeMode 6 s ?
volumeName 3 s
T core.v1.PersistentVolumeClaimStatus
accessModes 2 []s
allocatedResourceStatuses 7 {}s
allocatedResources 5 {}Q
capacity 3 {}Q
conditions 4 []core.v1.PersistentVolumeClaimCondition mtype;ktype;
currentVolumeAttributesClassName 8 s ?
modifyVolumeStatus 9 core.v1.ModifyVolumeStatus
phase 1 s
T core.v1.PersistentVolumeClaimTemplate
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.PersistentVolumeClaimSpec !q
T core.v1.PersistentVolumeClaimVolumeSource
claimName 1 s !q
readOnly 2 b
T core.v1.PersistentVolumeSpec
accessModes 3 []s
awsElasticBlockStore 2.2 core.v1.AWSElasticBlockStoreVolumeSource
azureDisk 2.16 core.v1.AzureDiskVolumeSource
azureFile 2.13 core.v1.AzureFilePersistentVolumeSource
capacity 1 {}Q
cephfs 2.9 core.v1.CephFSPersistentVolumeSource
cinder 2.8 core.v1.CinderPersistentVolumeSource
claimRef 4 core.v1.ObjectReference a
csi 2.22 core.v1.CSIPersistentVolumeSource
fc 2.10 core.v1.FCVolumeSource
flexVolume 2.12 core.v1.FlexPersistentVolumeSource
flocker 2.11 core.v1.FlockerVolumeSource
gcePersistentDisk 2.1 core.v1.GCEPersistentDiskVolumeSource
glusterfs 2.4 core.v1.GlusterfsPersistentVolumeSource
hostPath 2.3 core.v1.HostPathVolumeSource
iscsi 2.7 core.v1.ISCSIPersistentVolumeSource
local 2.20 core.v1.LocalVolumeSource
mountOptions 7 []s
nfs 2.5 core.v1.NFSVolumeSource
nodeAffinity 9 core.v1.VolumeNodeAffinity
persistentVolumeReclaimPolicy 5 s
photonPersistentDisk 2.17 core.v1.PhotonPersistentDiskVolumeSource
portworxVolume 2.18 core.v1.PortworxVolumeSource
quobyte 2.15 core.v1.QuobyteVolumeSource
rbd 2.6 core.v1.RBDPersistentVolumeSource
scaleIO 2.19 core.v1.ScaleIOPersistentVolumeSource
storageClassName 6 s
storageos 2.21 core.v1.StorageOSPersistentVolumeSource
volumeAttributesClassName 10 s ?
volumeMode 8 s ?
vsphereVolume 2.14 core.v1.VsphereVirtualDiskVolumeSource
T core.v1.PersistentVolumeStatus
lastPhaseTransitionTime 4 T
message 2 s
phase 1 s
reason 3 s
T core.v1.PhotonPersistentDiskVolumeSource
fsType 2 s
pdID 1 s !q
T core.v1.Pod
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.PodSpec !
status 3 core.v1.PodStatus !
T core.v1.PodAffinity
preferredDuringSchedulingIgnoredDuringExecution 2 []core.v1.WeightedPodAffinityTerm
requiredDuringSchedulingIgnoredDuringExecution 1 []core.v1.PodAffinityTerm
T core.v1.PodAffinityTerm
labelSelector 1 meta.v1.LabelSelector a
matchLabelKeys 5 []s
mismatchLabelKeys 6 []s
namespaceSelector 4 meta.v1.LabelSelector a
namespaces 2 []s
topologyKey 3 s !q
T core.v1.PodAntiAffinity
preferredDuringSchedulingIgnoredDuringExecution 2 []core.v1.WeightedPodAffinityTerm
requiredDuringSchedulingIgnoredDuringExecution 1 []core.v1.PodAffinityTerm
T core.v1.PodCertificateProjection
certificateChainPath 6 s
credentialBundlePath 4 s
keyPath 5 s
keyType 2 s !q
maxExpirationSeconds 3 i ?
signerName 1 s !q
userAnnotations 7 {}s
T core.v1.PodCondition
lastProbeTime 3 T !
lastTransitionTime 4 T !
message 6 s
observedGeneration 7 l
reason 5 s
status 2 s !q
type 1 s !q
T core.v1.PodDNSConfig
nameservers 1 []s
options 3 []core.v1.PodDNSConfigOption
searches 2 []s
T core.v1.PodDNSConfigOption
name 1 s
value 2 s ?
T core.v1.PodExtendedResourceClaimStatus
requestMappings 1 []core.v1.ContainerExtendedResourceRequest !q
resourceClaimName 2 s !q
T core.v1.PodIP
ip 1 s !q
T core.v1.PodOS
name 1 s !q
T core.v1.PodReadinessGate
conditionType 1 s !q
T core.v1.PodResourceClaim
name 1 s !q
resourceClaimName 3 s ?
resourceClaimTemplateName 4 s ?
T core.v1.PodResourceClaimStatus
name 1 s !q
resourceClaimName 2 s ?
T core.v1.PodSchedulingGate
name 1 s !q
T core.v1.PodSchedulingGroup
podGroupName 0 s
T core.v1.PodSecurityContext
appArmorProfile 11 core.v1.AppArmorProfile
fsGroup 5 l ?
fsGroupChangePolicy 9 s ?
runAsGroup 6 l ?
runAsNonRoot 3 b ?
runAsUser 2 l ?
seLinuxChangePolicy 13 s ?
seLinuxOptions 1 core.v1.SELinuxOptions
seccompProfile 10 core.v1.SeccompProfile
supplementalGroups 4 []l
supplementalGroupsPolicy 12 s ?
sysctls 7 []core.v1.Sysctl
windowsOptions 8 core.v1.WindowsSecurityContextOptions
T core.v1.PodSpec
activeDeadlineSeconds 5 l ?
affinity 18 core.v1.Affinity
automountServiceAccountToken 21 b ?
containers 2 []core.v1.Container !qmname;kname;
dnsConfig 26 core.v1.PodDNSConfig
dnsPolicy 6 s
enableServiceLinks 30 b ?
ephemeralContainers 34 []core.v1.EphemeralContainer mname;kname;
hostAliases 23 []core.v1.HostAlias mip;kip;
hostIPC 13 b
hostNetwork 11 b
hostPID 12 b
hostUsers 37 b ?
hostname 16 s
hostnameOverride 41 s
imagePullSecrets 15 []core.v1.LocalObjectReference mname;kname;
initContainers 20 []core.v1.Container mname;kname;
nodeName 10 s
nodeSelector 7 {}s a
os 36 core.v1.PodOS
overhead 32 {}Q
preemptionPolicy 31 s ?
priority 25 i ?
priorityClassName 24 s
readinessGates 28 []core.v1.PodReadinessGate
resourceClaims 39 []core.v1.PodResourceClaim mname;rkname;
resources 40 core.v1.ResourceRequirements
restartPolicy 3 s
runtimeClassName 29 s ?
schedulerName 19 s
schedulingGates 38 []core.v1.PodSchedulingGate mname;kname;
schedulingGroup 0 core.v1.PodSchedulingGroup
securityContext 14 core.v1.PodSecurityContext
serviceAccount 9 s
serviceAccountName 8 s
setHostnameAsFQDN 35 b ?
shareProcessNamespace 27 b ?
subdomain 17 s
terminationGracePeriodSeconds 4 l ?
tolerations 22 []core.v1.Toleration
topologySpreadConstraints 33 []core.v1.TopologySpreadConstraint mtopologyKey;ktopologyKey,whenUnsatisfiable;
volumes 1 []core.v1.Volume mname;rkname;
T core.v1.PodStatus
allocatedResources 19 {}Q
conditions 2 []core.v1.PodCondition mtype;ktype;
containerStatuses 8 []core.v1.ContainerStatus
ephemeralContainerStatuses 13 []core.v1.ContainerStatus
extendedResourceClaimStatus 18 core.v1.PodExtendedResourceClaimStatus
hostIP 5 s
hostIPs 16 []core.v1.HostIP mip;
initContainerStatuses 10 []core.v1.ContainerStatus
message 3 s
nodeAllocatableResourceClaimStatuses 0 []core.v1.NodeAllocatableResourceClaimStatus
nominatedNodeName 11 s
observedGeneration 17 l
phase 1 s
podIP 6 s
podIPs 12 []core.v1.PodIP mip;kip;
qosClass 9 s
reason 4 s
resize 14 s
resourceClaimStatuses 15 []core.v1.PodResourceClaimStatus mname;rkname;
resources 20 core.v1.ResourceRequirements
startTime 7 T
T core.v1.PodTemplate
metadata 1 meta.v1.ObjectMeta !
template 2 core.v1.PodTemplateSpec !
T core.v1.PodTemplateSpec
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.PodSpec !
T core.v1.PortStatus
error 3 s ?
port 1 i !q
protocol 2 s !q
T core.v1.PortworxVolumeSource
fsType 2 s
readOnly 3 b
volumeID 1 s !q
T core.v1.PreferredSchedulingTerm
preference 2 core.v1.NodeSelectorTerm !qa
weight 1 i !q
T core.v1.Probe
exec 1.1 core.v1.ExecAction
failureThreshold 6 i
grpc 1.4 core.v1.GRPCAction
httpGet 1.2 core.v1.HTTPGetAction
initialDelaySeconds 2 i
periodSeconds 4 i
successThreshold 5 i
tcpSocket 1.3 core.v1.TCPSocketAction
terminationGracePeriodSeconds 7 l ?
timeoutSeconds 3 i
T core.v1.ProjectedVolumeSource
defaultMode 2 i ?
sources 1 []core.v1.VolumeProjection !
T core.v1.QuobyteVolumeSource
group 5 s
readOnly 3 b
registry 1 s !q
tenant 6 s
user 4 s
volume 2 s !q
T core.v1.RBDPersistentVolumeSource
fsType 3 s
image 2 s !q
keyring 6 s
monitors 1 []s !q
pool 4 s
readOnly 8 b
secretRef 7 core.v1.SecretReference a
user 5 s
T core.v1.RBDVolumeSource
fsType 3 s
image 2 s !q
keyring 6 s
monitors 1 []s !q
pool 4 s
readOnly 8 b
secretRef 7 core.v1.LocalObjectReference a
user 5 s
T core.v1.ReplicationController
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.ReplicationControllerSpec !
status 3 core.v1.ReplicationControllerStatus !
T core.v1.ReplicationControllerCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s !q
type 1 s !q
T core.v1.ReplicationControllerSpec
minReadySeconds 4 i
replicas 1 i ?
selector 2 {}s a
template 3 core.v1.PodTemplateSpec
T core.v1.ReplicationControllerStatus
availableReplicas 5 i
conditions 6 []core.v1.ReplicationControllerCondition mtype;ktype;
fullyLabeledReplicas 2 i
observedGeneration 3 l
readyReplicas 4 i
replicas 1 i !q
T core.v1.ResourceClaim
name 1 s !q
request 2 s
T core.v1.ResourceFieldSelector
containerName 1 s
divisor 3 Q !
resource 2 s !q
T core.v1.ResourceHealth
health 2 s
message 0 s
resourceID 1 s !q
T core.v1.ResourceQuota
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.ResourceQuotaSpec !
status 3 core.v1.ResourceQuotaStatus !
T core.v1.ResourceQuotaSpec
hard 1 {}Q
scopeSelector 3 core.v1.ScopeSelector a
scopes 2 []s
T core.v1.ResourceQuotaStatus
hard 1 {}Q
used 2 {}Q
T core.v1.ResourceRequirements
claims 3 []core.v1.ResourceClaim kname;
limits 1 {}Q
requests 2 {}Q
T core.v1.ResourceStatus
name 1 s !q
resources 2 []core.v1.ResourceHealth kresourceID;
T core.v1.SELinuxOptions
level 4 s
role 2 s
type 3 s
user 1 s
T core.v1.ScaleIOPersistentVolumeSource
fsType 9 s
gateway 1 s !q
protectionDomain 5 s
readOnly 10 b
secretRef 3 core.v1.SecretReference !?qa
sslEnabled 4 b
storageMode 7 s
storagePool 6 s
system 2 s !q
volumeName 8 s
T core.v1.ScaleIOVolumeSource
fsType 9 s
gateway 1 s !q
protectionDomain 5 s
readOnly 10 b
secretRef 3 core.v1.LocalObjectReference !?qa
sslEnabled 4 b
storageMode 7 s
storagePool 6 s
system 2 s !q
volumeName 8 s
T core.v1.ScopeSelector
matchExpressions 1 []core.v1.ScopedResourceSelectorRequirement
T core.v1.ScopedResourceSelectorRequirement
operator 2 s !q
scopeName 1 s !q
values 3 []s
T core.v1.SeccompProfile
localhostProfile 2 s ?
type 1 s !q
T core.v1.Secret
data 2 {}y
immutable 5 b ?
metadata 1 meta.v1.ObjectMeta !
stringData 4 {}s
type 3 s
T core.v1.SecretEnvSource
name 1.1 s
optional 2 b ?
T core.v1.SecretKeySelector
key 2 s !q
name 1.1 s
optional 3 b ?
T core.v1.SecretProjection
items 2 []core.v1.KeyToPath
name 1.1 s
optional 4 b ?
T core.v1.SecretReference
name 1 s
namespace 2 s
T core.v1.SecretVolumeSource
defaultMode 3 i ?
items 2 []core.v1.KeyToPath
optional 4 b ?
secretName 1 s
T core.v1.SecurityContext
allowPrivilegeEscalation 7 b ?
appArmorProfile 12 core.v1.AppArmorProfile
capabilities 1 core.v1.Capabilities
privileged 2 b ?
procMount 9 s ?
readOnlyRootFilesystem 6 b ?
runAsGroup 8 l ?
runAsNonRoot 5 b ?
runAsUser 4 l ?
seLinuxOptions 3 core.v1.SELinuxOptions
seccompProfile 11 core.v1.SeccompProfile
windowsOptions 10 core.v1.WindowsSecurityContextOptions
T core.v1.Service
metadata 1 meta.v1.ObjectMeta !
spec 2 core.v1.ServiceSpec !
status 3 core.v1.ServiceStatus !
T core.v1.ServiceAccount
automountServiceAccountToken 4 b ?
imagePullSecrets 3 []core.v1.LocalObjectReference
metadata 1 meta.v1.ObjectMeta !
secrets 2 []core.v1.ObjectReference mname;kname;
T core.v1.ServiceAccountTokenProjection
audience 1 s
expirationSeconds 2 l ?
path 3 s !q
T core.v1.ServicePort
appProtocol 6 s ?
name 1 s
nodePort 5 i
port 3 i !q
protocol 2 s
targetPort 4 X
T core.v1.ServiceSpec
allocateLoadBalancerNodePorts 20 b ?
clusterIP 3 s
clusterIPs 18 []s
externalIPs 5 []s
externalName 10 s
externalTrafficPolicy 11 s
healthCheckNodePort 12 i
internalTrafficPolicy 22 s ?
ipFamilies 19 []s
ipFamilyPolicy 17 s ?
loadBalancerClass 21 s ?
loadBalancerIP 8 s
loadBalancerSourceRanges 9 []s
ports 1 []core.v1.ServicePort mport;kport,protocol;
publishNotReadyAddresses 13 b
selector 2 {}s a
sessionAffinity 7 s
sessionAffinityConfig 14 core.v1.SessionAffinityConfig
trafficDistribution 23 s ?
type 4 s
T core.v1.ServiceStatus
conditions 2 []meta.v1.Condition mtype;ktype;
loadBalancer 1 core.v1.LoadBalancerStatus !
T core.v1.SessionAffinityConfig
clientIP 1 core.v1.ClientIPConfig
T core.v1.SleepAction
seconds 1 l !q
T core.v1.StorageOSPersistentVolumeSource
fsType 3 s
readOnly 4 b
secretRef 5 core.v1.ObjectReference a
volumeName 1 s
volumeNamespace 2 s
T core.v1.StorageOSVolumeSource
fsType 3 s
readOnly 4 b
secretRef 5 core.v1.LocalObjectReference a
volumeName 1 s
volumeNamespace 2 s
T core.v1.Sysctl
name 1 s !q
value 2 s !q
T core.v1.TCPSocketAction
host 2 s
port 1 X !q
T core.v1.Taint
effect 3 s !q
key 1 s !q
timeAdded 4 T
value 2 s
T core.v1.Toleration
effect 4 s
key 1 s
operator 2 s
tolerationSeconds 5 l ?
value 3 s
T core.v1.TopologySelectorLabelRequirement
key 1 s !q
values 2 []s !q
T core.v1.TopologySelectorTerm
matchLabelExpressions 1 []core.v1.TopologySelectorLabelRequirement
T core.v1.TopologySpreadConstraint
labelSelector 4 meta.v1.LabelSelector a
matchLabelKeys 8 []s
maxSkew 1 i !q
minDomains 5 i ?
nodeAffinityPolicy 6 s ?
nodeTaintsPolicy 7 s ?
topologyKey 2 s !q
whenUnsatisfiable 3 s !q
T core.v1.TypedLocalObjectReference
apiGroup 1 s !?
kind 2 s !q
name 3 s !q
T core.v1.TypedObjectReference
apiGroup 1 s !?
kind 2 s !q
name 3 s !q
namespace 4 s ?
T core.v1.Volume
awsElasticBlockStore 2.4 core.v1.AWSElasticBlockStoreVolumeSource
azureDisk 2.22 core.v1.AzureDiskVolumeSource
azureFile 2.18 core.v1.AzureFileVolumeSource
cephfs 2.14 core.v1.CephFSVolumeSource
cinder 2.13 core.v1.CinderVolumeSource
configMap 2.19 core.v1.ConfigMapVolumeSource
csi 2.28 core.v1.CSIVolumeSource
downwardAPI 2.16 core.v1.DownwardAPIVolumeSource
emptyDir 2.2 core.v1.EmptyDirVolumeSource
ephemeral 2.29 core.v1.EphemeralVolumeSource
fc 2.17 core.v1.FCVolumeSource
flexVolume 2.12 core.v1.FlexVolumeSource
flocker 2.15 core.v1.FlockerVolumeSource
gcePersistentDisk 2.3 core.v1.GCEPersistentDiskVolumeSource
gitRepo 2.5 core.v1.GitRepoVolumeSource
glusterfs 2.9 core.v1.GlusterfsVolumeSource
hostPath 2.1 core.v1.HostPathVolumeSource
image 2.30 core.v1.ImageVolumeSource
iscsi 2.8 core.v1.ISCSIVolumeSource
name 1 s !q
nfs 2.7 core.v1.NFSVolumeSource
persistentVolumeClaim 2.10 core.v1.PersistentVolumeClaimVolumeSource
photonPersistentDisk 2.23 core.v1.PhotonPersistentDiskVolumeSource
portworxVolume 2.24 core.v1.PortworxVolumeSource
projected 2.26 core.v1.ProjectedVolumeSource
quobyte 2.21 core.v1.QuobyteVolumeSource
rbd 2.11 core.v1.RBDVolumeSource
scaleIO 2.25 core.v1.ScaleIOVolumeSource
secret 2.6 core.v1.SecretVolumeSource
storageos 2.27 core.v1.StorageOSVolumeSource
vsphereVolume 2.20 core.v1.VsphereVirtualDiskVolumeSource
T core.v1.VolumeDevice
devicePath 2 s !q
name 1 s !q
T core.v1.VolumeMount
mountPath 3 s !q
mountPropagation 5 s ?
name 1 s !q
readOnly 2 b
recursiveReadOnly 7 s ?
subPath 4 s
subPathExpr 6 s
T core.v1.VolumeMountStatus
mountPath 2 s !q
name 1 s !q
readOnly 3 b
recursiveReadOnly 4 s ?
volumeStatus 0 core.v1.VolumeStatus
T core.v1.VolumeNodeAffinity
required 1 core.v1.NodeSelector a
T core.v1.VolumeProjection
clusterTrustBundle 5 core.v1.ClusterTrustBundleProjection
configMap 3 core.v1.ConfigMapProjection
downwardAPI 2 core.v1.DownwardAPIProjection
podCertificate 6 core.v1.PodCertificateProjection
secret 1 core.v1.SecretProjection
serviceAccountToken 4 core.v1.ServiceAccountTokenProjection
T core.v1.VolumeResourceRequirements
limits 1 {}Q
requests 2 {}Q
T core.v1.VolumeStatus
image 0 core.v1.ImageVolumeStatus
T core.v1.VsphereVirtualDiskVolumeSource
fsType 2 s
storagePolicyID 4 s
storagePolicyName 3 s
volumePath 1 s !q
T core.v1.WeightedPodAffinityTerm
podAffinityTerm 2 core.v1.PodAffinityTerm !q
weight 1 i !q
T core.v1.WindowsSecurityContextOptions
gmsaCredentialSpec 2 s ?
gmsaCredentialSpecName 1 s ?
hostProcess 4 b ?
runAsUserName 3 s ?
T discovery.v1.Endpoint
addresses 1 []s !qu
conditions 2 discovery.v1.EndpointConditions !
deprecatedTopology 5 {}s
hints 8 discovery.v1.EndpointHints
hostname 3 s ?
nodeName 6 s ?
targetRef 4 core.v1.ObjectReference a
zone 7 s ?
T discovery.v1.EndpointConditions
ready 1 b ?
serving 2 b ?
terminating 3 b ?
T discovery.v1.EndpointHints
forNodes 2 []discovery.v1.ForNode
forZones 1 []discovery.v1.ForZone
T discovery.v1.EndpointPort
appProtocol 4 s ?
name 1 s ?
port 3 i ?
protocol 2 s ?
T discovery.v1.EndpointSlice
addressType 4 s !q
endpoints 2 []discovery.v1.Endpoint !
metadata 1 meta.v1.ObjectMeta !
ports 3 []discovery.v1.EndpointPort !
T discovery.v1.ForNode
name 1 s !q
T discovery.v1.ForZone
name 1 s !q
T events.v1.Event
action 6 s
deprecatedCount 15 i
deprecatedFirstTimestamp 13 T !
deprecatedLastTimestamp 14 T !
deprecatedSource 12 core.v1.EventSource !
eventTime 2 U !q
metadata 1 meta.v1.ObjectMeta !
note 10 s
reason 7 s
regarding 8 core.v1.ObjectReference !a
related 9 core.v1.ObjectReference a
reportingController 4 s
reportingInstance 5 s
series 3 events.v1.EventSeries
type 11 s
T events.v1.EventSeries
count 1 i !q
lastObservedTime 2 U !q
T flowcontrol.v1.ExemptPriorityLevelConfiguration
lendablePercent 2 i ?
nominalConcurrencyShares 1 i ?
T flowcontrol.v1.FlowDistinguisherMethod
type 1 s !q
T flowcontrol.v1.FlowSchema
metadata 1 meta.v1.ObjectMeta !
spec 2 flowcontrol.v1.FlowSchemaSpec !
status 3 flowcontrol.v1.FlowSchemaStatus !
T flowcontrol.v1.FlowSchemaCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s
type 1 s
T flowcontrol.v1.FlowSchemaSpec
distinguisherMethod 3 flowcontrol.v1.FlowDistinguisherMethod
matchingPrecedence 2 i !
priorityLevelConfiguration 1 flowcontrol.v1.PriorityLevelConfigurationReference !q
rules 4 []flowcontrol.v1.PolicyRulesWithSubjects
T flowcontrol.v1.FlowSchemaStatus
conditions 1 []flowcontrol.v1.FlowSchemaCondition mtype;ktype;
T flowcontrol.v1.GroupSubject
name 1 s !q
T flowcontrol.v1.LimitResponse
queuing 2 flowcontrol.v1.QueuingConfiguration
type 1 s !q
T flowcontrol.v1.LimitedPriorityLevelConfiguration
borrowingLimitPercent 4 i ?
lendablePercent 3 i ?
limitResponse 2 flowcontrol.v1.LimitResponse !
nominalConcurrencyShares 1 i !?
T flowcontrol.v1.NonResourcePolicyRule
nonResourceURLs 6 []s !qu
verbs 1 []s !qu
T flowcontrol.v1.PolicyRulesWithSubjects
nonResourceRules 3 []flowcontrol.v1.NonResourcePolicyRule
resourceRules 2 []flowcontrol.v1.ResourcePolicyRule
subjects 1 []flowcontrol.v1.Subject !q
T flowcontrol.v1.PriorityLevelConfiguration
metadata 1 meta.v1.ObjectMeta !
spec 2 flowcontrol.v1.PriorityLevelConfigurationSpec !
status 3 flowcontrol.v1.PriorityLevelConfigurationStatus !
T flowcontrol.v1.PriorityLevelConfigurationCondition
lastTransitionTime 3 T !
message 5 s
reason 4 s
status 2 s
type 1 s
T flowcontrol.v1.PriorityLevelConfigurationReference
name 1 s !q
T flowcontrol.v1.PriorityLevelConfigurationSpec
exempt 3 flowcontrol.v1.ExemptPriorityLevelConfiguration
limited 2 flowcontrol.v1.LimitedPriorityLevelConfiguration
type 1 s !q
T flowcontrol.v1.PriorityLevelConfigurationStatus
conditions 1 []flowcontrol.v1.PriorityLevelConfigurationCondition mtype;ktype;
T flowcontrol.v1.QueuingConfiguration
handSize 2 i !
queueLengthLimit 3 i !
queues 1 i !
T flowcontrol.v1.ResourcePolicyRule
apiGroups 2 []s !qu
clusterScope 4 b
namespaces 5 []s !u
resources 3 []s !qu
verbs 1 []s !qu
T flowcontrol.v1.ServiceAccountSubject
name 2 s !q
namespace 1 s !q
T flowcontrol.v1.Subject
group 3 flowcontrol.v1.GroupSubject
kind 1 s !q
serviceAccount 4 flowcontrol.v1.ServiceAccountSubject
user 2 flowcontrol.v1.UserSubject
T flowcontrol.v1.UserSubject
name 1 s !q
T meta.v1.APIGroup
apiVersion 0 s
kind 0 s
name 1 s !q
preferredVersion 3 meta.v1.GroupVersionForDiscovery !
serverAddressByClientCIDRs 4 []meta.v1.ServerAddressByClientCIDR
versions 2 []meta.v1.GroupVersionForDiscovery !q
T meta.v1.APIGroupList
apiVersion 0 s
groups 1 []meta.v1.APIGroup !q
kind 0 s
T meta.v1.APIResource
categories 7 []s
group 8 s
kind 3 s !q
name 1 s !q
namespaced 2 b !q
shortNames 5 []s
singularName 6 s !q
storageVersionHash 10 s
verbs 4 []s !q
version 9 s
T meta.v1.APIResourceList
apiVersion 0 s
groupVersion 1 s !q
kind 0 s
resources 2 []meta.v1.APIResource !q
T meta.v1.APIVersions
apiVersion 0 s
kind 0 s
serverAddressByClientCIDRs 2 []meta.v1.ServerAddressByClientCIDR !q
versions 1 []s !q
T meta.v1.Condition
lastTransitionTime 4 T !q
message 6 s !q
observedGeneration 3 l
reason 5 s !q
status 2 s !q
type 1 s !q
T meta.v1.DeleteOptions
apiVersion 0 s
dryRun 5 []s
gracePeriodSeconds 1 l ?
ignoreStoreReadErrorWithClusterBreakingPotential 6 b ?
kind 0 s
orphanDependents 3 b ?
preconditions 2 meta.v1.Preconditions
propagationPolicy 4 s ?
T meta.v1.FieldSelectorRequirement
key 1 s !q
operator 2 s !q
values 3 []s
T meta.v1.GroupResource
group 1 s !q
resource 2 s !q
T meta.v1.GroupVersionForDiscovery
groupVersion 1 s !q
version 2 s !q
T meta.v1.LabelSelector
matchExpressions 2 []meta.v1.LabelSelectorRequirement
matchLabels 1 {}s
T meta.v1.LabelSelectorRequirement
key 1 s !q
operator 2 s !q
values 3 []s
T meta.v1.ListMeta
continue 3 s
remainingItemCount 4 l ?
resourceVersion 2 s
selfLink 1 s
shardInfo 0 meta.v1.ShardInfo
T meta.v1.ManagedFieldsEntry
apiVersion 3 s
fieldsType 6 s
fieldsV1 7 J
manager 1 s
operation 2 s
subresource 8 s
time 4 T
T meta.v1.ObjectMeta
annotations 12 {}s
creationTimestamp 8 T
deletionGracePeriodSeconds 10 l ?
deletionTimestamp 9 T
finalizers 14 []s m;u
generateName 2 s
generation 7 l
labels 11 {}s
managedFields 17 []meta.v1.ManagedFieldsEntry
name 1 s
namespace 3 s
ownerReferences 13 []meta.v1.OwnerReference muid;kuid;
resourceVersion 6 s
selfLink 4 s
uid 5 s
T meta.v1.OwnerReference
apiVersion 5 s !q
blockOwnerDeletion 7 b ?
controller 6 b ?
kind 1 s !q
name 3 s !q
uid 4 s !q
T meta.v1.Preconditions
resourceVersion 2 s ?
uid 1 s ?
T meta.v1.ServerAddressByClientCIDR
clientCIDR 1 s !q
serverAddress 2 s !q
T meta.v1.ShardInfo
selector 0 s !q
T meta.v1.Status
code 6 i
details 5 meta.v1.StatusDetails
message 3 s
metadata 1 meta.v1.ListMeta !
reason 4 s
status 2 s
T meta.v1.StatusCause
field 3 s
message 2 s
reason 1 s
T meta.v1.StatusDetails
causes 4 []meta.v1.StatusCause
group 2 s
kind 3 s
name 1 s
retryAfterSeconds 5 i
uid 6 s
T meta.v1.WatchEvent
object 2 J !q
type 1 s !q
T networking.v1.HTTPIngressPath
backend 2 networking.v1.IngressBackend !q
path 1 s
pathType 3 s !?q
T networking.v1.HTTPIngressRuleValue
paths 1 []networking.v1.HTTPIngressPath !q
T networking.v1.IPAddress
metadata 1 meta.v1.ObjectMeta !
spec 2 networking.v1.IPAddressSpec !q
T networking.v1.IPAddressSpec
parentRef 1 networking.v1.ParentReference q
T networking.v1.IPBlock
cidr 1 s !q
except 2 []s
T networking.v1.Ingress
metadata 1 meta.v1.ObjectMeta !
spec 2 networking.v1.IngressSpec !
status 3 networking.v1.IngressStatus !
T networking.v1.IngressBackend
resource 3 core.v1.TypedLocalObjectReference a
service 4 networking.v1.IngressServiceBackend
T networking.v1.IngressClass
metadata 1 meta.v1.ObjectMeta !
spec 2 networking.v1.IngressClassSpec !
T networking.v1.IngressClassParametersReference
apiGroup 1 s ?
kind 2 s !q
name 3 s !q
namespace 5 s ?
scope 4 s !?
T networking.v1.IngressClassSpec
controller 1 s
parameters 2 networking.v1.IngressClassParametersReference
T networking.v1.IngressLoadBalancerIngress
hostname 2 s
ip 1 s
ports 4 []networking.v1.IngressPortStatus
T networking.v1.IngressLoadBalancerStatus
ingress 1 []networking.v1.IngressLoadBalancerIngress
T networking.v1.IngressPortStatus
error 3 s ?
port 1 i !q
protocol 2 s !q
T networking.v1.IngressRule
host 1 s
http 2.1 networking.v1.HTTPIngressRuleValue
T networking.v1.IngressServiceBackend
name 1 s !q
port 2 networking.v1.ServiceBackendPort !a
T networking.v1.IngressSpec
defaultBackend 1 networking.v1.IngressBackend
ingressClassName 4 s ?
rules 3 []networking.v1.IngressRule
tls 2 []networking.v1.IngressTLS
T networking.v1.IngressStatus
loadBalancer 1 networking.v1.IngressLoadBalancerStatus !
T networking.v1.IngressTLS
hosts 1 []s
secretName 2 s
T networking.v1.NetworkPolicy
metadata 1 meta.v1.ObjectMeta !
spec 2 networking.v1.NetworkPolicySpec !
T networking.v1.NetworkPolicyEgressRule
ports 1 []networking.v1.NetworkPolicyPort
to 2 []networking.v1.NetworkPolicyPeer
T networking.v1.NetworkPolicyIngressRule
from 2 []networking.v1.NetworkPolicyPeer
ports 1 []networking.v1.NetworkPolicyPort
T networking.v1.NetworkPolicyPeer
ipBlock 3 networking.v1.IPBlock
namespaceSelector 2 meta.v1.LabelSelector a
podSelector 1 meta.v1.LabelSelector a
T networking.v1.NetworkPolicyPort
endPort 3 i ?
port 2 X
protocol 1 s ?
T networking.v1.NetworkPolicySpec
egress 3 []networking.v1.NetworkPolicyEgressRule
ingress 2 []networking.v1.NetworkPolicyIngressRule
podSelector 1 meta.v1.LabelSelector !a
policyTypes 4 []s
T networking.v1.ParentReference
group 1 s
name 4 s q
namespace 3 s
resource 2 s q
T networking.v1.ServiceBackendPort
name 1 s
number 2 i
T networking.v1.ServiceCIDR
metadata 1 meta.v1.ObjectMeta !
spec 2 networking.v1.ServiceCIDRSpec !
status 3 networking.v1.ServiceCIDRStatus !
T networking.v1.ServiceCIDRSpec
cidrs 1 []s
T networking.v1.ServiceCIDRStatus
conditions 1 []meta.v1.Condition mtype;ktype;
T node.v1.Overhead
podFixed 1 {}Q
T node.v1.RuntimeClass
handler 2 s !q
metadata 1 meta.v1.ObjectMeta !
overhead 3 node.v1.Overhead
scheduling 4 node.v1.Scheduling
T node.v1.Scheduling
nodeSelector 1 {}s a
tolerations 2 []core.v1.Toleration
T policy.v1.Eviction
deleteOptions 2 meta.v1.DeleteOptions
metadata 1 meta.v1.ObjectMeta !
T policy.v1.PodDisruptionBudget
metadata 1 meta.v1.ObjectMeta !
spec 2 policy.v1.PodDisruptionBudgetSpec !
status 3 policy.v1.PodDisruptionBudgetStatus !
T policy.v1.PodDisruptionBudgetSpec
maxUnavailable 3 X
minAvailable 1 X
selector 2 meta.v1.LabelSelector a
unhealthyPodEvictionPolicy 4 s ?
T policy.v1.PodDisruptionBudgetStatus
conditions 7 []meta.v1.Condition mtype;ktype;
currentHealthy 4 i !
desiredHealthy 5 i !
disruptedPods 2 {}T
disruptionsAllowed 3 i !
expectedPods 6 i !
observedGeneration 1 l
T rbac.v1.AggregationRule
clusterRoleSelectors 1 []meta.v1.LabelSelector
T rbac.v1.ClusterRole
aggregationRule 3 rbac.v1.AggregationRule
metadata 1 meta.v1.ObjectMeta !
rules 2 []rbac.v1.PolicyRule !
T rbac.v1.ClusterRoleBinding
metadata 1 meta.v1.ObjectMeta !
roleRef 3 rbac.v1.RoleRef !qa
subjects 2 []rbac.v1.Subject
T rbac.v1.PolicyRule
apiGroups 2 []s
nonResourceURLs 5 []s
resourceNames 4 []s
resources 3 []s
verbs 1 []s !q
T rbac.v1.Role
metadata 1 meta.v1.ObjectMeta !
rules 2 []rbac.v1.PolicyRule !
T rbac.v1.RoleBinding
metadata 1 meta.v1.ObjectMeta !
roleRef 3 rbac.v1.RoleRef !qa
subjects 2 []rbac.v1.Subject
T rbac.v1.RoleRef
apiGroup 1 s !
kind 2 s !q
name 3 s !q
T rbac.v1.Subject
apiGroup 2 s
kind 1 s !q
name 3 s !q
namespace 4 s
T resource.v1.AllocatedDeviceStatus
conditions 4 []meta.v1.Condition ktype;
data 5 J
device 3 s !q
driver 1 s !q
networkData 6 resource.v1.NetworkDeviceData
pool 2 s !q
shareID 7 s
T resource.v1.AllocationResult
allocationTimestamp 5 T
devices 1 resource.v1.DeviceAllocationResult
nodeSelector 3 core.v1.NodeSelector a
T resource.v1.CELDeviceSelector
expression 1 s !q
T resource.v1.CapacityRequestPolicy
default 1 Q
validRange 4 resource.v1.CapacityRequestPolicyRange
validValues 3 []Q
T resource.v1.CapacityRequestPolicyRange
max 2 Q
min 1 Q !q
step 3 Q
T resource.v1.CapacityRequirements
requests 1 {}Q
T resource.v1.Counter
value 1 Q !q
T resource.v1.CounterSet
counters 2 {}resource.v1.Counter !q
name 1 s !q
T resource.v1.Device
allNodes 7 b ?
allowMultipleAllocations 12 b ?
attributes 2 {}resource.v1.DeviceAttribute
bindingConditions 10 []s
bindingFailureConditions 11 []s
bindsToNode 9 b ?
capacity 3 {}resource.v1.DeviceCapacity
consumesCounters 4 []resource.v1.DeviceCounterConsumption
name 1 s !q
nodeAllocatableResourceMappings 0 {}resource.v1.NodeAllocatableResourceMapping
nodeName 5 s ?
nodeSelector 6 core.v1.NodeSelector a
taints 8 []resource.v1.DeviceTaint
T resource.v1.DeviceAllocationConfiguration
opaque 3.1 resource.v1.OpaqueDeviceConfiguration
requests 2 []s
source 1 s !q
T resource.v1.DeviceAllocationResult
config 2 []resource.v1.DeviceAllocationConfiguration
results 1 []resource.v1.DeviceRequestAllocationResult
T resource.v1.DeviceAttribute
bool 3 b ?
bools 0 []b
int 2 l ?
ints 0 []l
string 4 s ?
strings 0 []s
version 5 s ?
versions 0 []s
T resource.v1.DeviceCapacity
requestPolicy 2 resource.v1.CapacityRequestPolicy
value 1 Q !q
T resource.v1.DeviceClaim
config 3 []resource.v1.DeviceClaimConfiguration
constraints 2 []resource.v1.DeviceConstraint
requests 1 []resource.v1.DeviceRequest
T resource.v1.DeviceClaimConfiguration
opaque 2.1 resource.v1.OpaqueDeviceConfiguration
requests 1 []s
T resource.v1.DeviceClass
metadata 1 meta.v1.ObjectMeta !
spec 2 resource.v1.DeviceClassSpec !q
T resource.v1.DeviceClassConfiguration
opaque 1.1 resource.v1.OpaqueDeviceConfiguration
T resource.v1.DeviceClassSpec
config 2 []resource.v1.DeviceClassConfiguration
extendedResourceName 4 s
selectors 1 []resource.v1.DeviceSelector
T resource.v1.DeviceConstraint
distinctAttribute 3 s
matchAttribute 2 s ?
requests 1 []s
T resource.v1.DeviceCounterConsumption
counterSet 1 s !q
counters 2 {}resource.v1.Counter !q
T resource.v1.DeviceRequest
exactly 2 resource.v1.ExactDeviceRequest
firstAvailable 3 []resource.v1.DeviceSubRequest
name 1 s !q
T resource.v1.DeviceRequestAllocationResult
adminAccess 5 b ?
bindingConditions 7 []s
bindingFailureConditions 8 []s
consumedCapacity 10 {}Q
device 4 s !q
driver 2 s !q
pool 3 s !q
request 1 s !q
shareID 9 s
tolerations 6 []resource.v1.DeviceToleration
T resource.v1.DeviceSelector
cel 1 resource.v1.CELDeviceSelector
T resource.v1.DeviceSubRequest
allocationMode 4 s
capacity 7 resource.v1.CapacityRequirements
count 5 l
deviceClassName 2 s !q
name 1 s !q
selectors 3 []resource.v1.DeviceSelector
tolerations 6 []resource.v1.DeviceToleration
T resource.v1.DeviceTaint
effect 3 s !q
key 1 s !q
timeAdded 4 T
value 2 s
T resource.v1.DeviceToleration
effect 4 s
key 1 s
operator 2 s
tolerationSeconds 5 l ?
value 3 s
T resource.v1.ExactDeviceRequest
adminAccess 5 b ?
allocationMode 3 s
capacity 7 resource.v1.CapacityRequirements
count 4 l
deviceClassName 1 s !q
selectors 2 []resource.v1.DeviceSelector
tolerations 6 []resource.v1.DeviceToleration
T resource.v1.NetworkDeviceData
hardwareAddress 3 s
interfaceName 1 s
ips 2 []s
T resource.v1.NodeAllocatableResourceMapping
allocationMultiplier 0 Q
capacityKey 0 s
T resource.v1.OpaqueDeviceConfiguration
driver 1 s !q
parameters 2 J !q
T resource.v1.ResourceClaim
metadata 1 meta.v1.ObjectMeta !
spec 2 resource.v1.ResourceClaimSpec !q
status 3 resource.v1.ResourceClaimStatus !
T resource.v1.ResourceClaimConsumerReference
apiGroup 1 s
name 4 s !q
resource 3 s !q
uid 5 s !q
T resource.v1.ResourceClaimSpec
devices 1 resource.v1.DeviceClaim
T resource.v1.ResourceClaimStatus
allocation 1 resource.v1.AllocationResult
devices 4 []resource.v1.AllocatedDeviceStatus kdriver,device,pool,shareID;
reservedFor 2 []resource.v1.ResourceClaimConsumerReference muid;kuid;
T resource.v1.ResourceClaimTemplate
metadata 1 meta.v1.ObjectMeta !
spec 2 resource.v1.ResourceClaimTemplateSpec !q
T resource.v1.ResourceClaimTemplateSpec
metadata 1 meta.v1.ObjectMeta !
spec 2 resource.v1.ResourceClaimSpec !q
T resource.v1.ResourcePool
generation 2 l !q
name 1 s !q
resourceSliceCount 3 l !q
T resource.v1.ResourceSlice
metadata 1 meta.v1.ObjectMeta !
spec 2 resource.v1.ResourceSliceSpec !q
T resource.v1.ResourceSliceSpec
allNodes 5 b ?
devices 6 []resource.v1.Device
driver 1 s !q
nodeName 3 s ?
nodeSelector 4 core.v1.NodeSelector a
perDeviceNodeSelection 7 b ?
pool 2 resource.v1.ResourcePool !q
sharedCounters 8 []resource.v1.CounterSet
T scheduling.v1.PriorityClass
description 4 s
globalDefault 3 b
metadata 1 meta.v1.ObjectMeta !
preemptionPolicy 5 s ?
value 2 i !
T storage.v1.CSIDriver
metadata 1 meta.v1.ObjectMeta !
spec 2 storage.v1.CSIDriverSpec !q
T storage.v1.CSIDriverSpec
attachRequired 1 b ?
fsGroupPolicy 5 s ?
nodeAllocatableUpdatePeriodSeconds 9 l ?
podInfoOnMount 2 b ?
preventPodSchedulingIfMissing 0 b ?
requiresRepublish 7 b ?
seLinuxMount 8 b ?
serviceAccountTokenInSecrets 10 b ?
storageCapacity 4 b ?
tokenRequests 6 []storage.v1.TokenRequest
volumeLifecycleModes 3 []s u
T storage.v1.CSINode
metadata 1 meta.v1.ObjectMeta !
spec 2 storage.v1.CSINodeSpec !q
T storage.v1.CSINodeDriver
allocatable 4 storage.v1.VolumeNodeResources
name 1 s !q
nodeID 2 s !q
topologyKeys 3 []s !
T storage.v1.CSINodeSpec
drivers 1 []storage.v1.CSINodeDriver !qmname;kname;
T storage.v1.CSIStorageCapacity
capacity 4 Q
maximumVolumeSize 5 Q
metadata 1 meta.v1.ObjectMeta !
nodeTopology 2 meta.v1.LabelSelector a
storageClassName 3 s !q
T storage.v1.StorageClass
allowVolumeExpansion 6 b ?
allowedTopologies 8 []core.v1.TopologySelectorTerm
metadata 1 meta.v1.ObjectMeta !
mountOptions 5 []s
parameters 3 {}s
provisioner 2 s !q
reclaimPolicy 4 s ?
volumeBindingMode 7 s ?
T storage.v1.TokenRequest
audience 1 s !q
expirationSeconds 2 l ?
T storage.v1.VolumeAttachment
metadata 1 meta.v1.ObjectMeta !
spec 2 storage.v1.VolumeAttachmentSpec !q
status 3 storage.v1.VolumeAttachmentStatus !
T storage.v1.VolumeAttachmentSource
inlineVolumeSpec 2 core.v1.PersistentVolumeSpec
persistentVolumeName 1 s ?
T storage.v1.VolumeAttachmentSpec
attacher 1 s !q
nodeName 3 s !q
source 2 storage.v1.VolumeAttachmentSource !q
T storage.v1.VolumeAttachmentStatus
attachError 3 storage.v1.VolumeError
attached 1 b !q
attachmentMetadata 2 {}s
detachError 4 storage.v1.VolumeError
T storage.v1.VolumeAttributesClass
driverName 2 s !q
metadata 1 meta.v1.ObjectMeta !
parameters 3 {}s
T storage.v1.VolumeError
errorCode 3 i ?
message 2 s
time 1 T !
T storage.v1.VolumeNodeResources
count 1 i ?
"""#
