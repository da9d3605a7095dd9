// Short names for what the server answers, so that screens need not spell out components["schemas"].
import type { components } from "./schema";

type S = components["schemas"];
export type Contact = S["ContactFull"];
export type Message = S["MessageView"];
export type Attachment = S["AttachmentView"];
export type Entry = S["EntryView"];
export type LogEvent = S["EventView"];
export type Actor = S["ActorView"];
export type Ticket = S["TicketView"];
export type Member = S["MemberView"];
export type Organization = S["Organization"];
export type Channel = S["ChannelView"];
export type Pipeline = S["Pipeline"];
export type Stage = S["Stage"];
export type ArchivedStage = S["ArchivedStage"];
export type Tag = S["Tag"];
export type CustomField = S["CustomField"];
export type Template = S["TemplateView"];
export type Identity = S["IdentityView"];
export type StructuredValue = S["StructuredValueView"];
export type Review = S["ReviewView"];
export type Rule = S["RuleView"];
export type Proposal = S["FieldProposal"];
export type ApiKey = S["ApiKey"];
export type Webhook = S["Webhook"];
export type WebhookCall = S["WebhookCall"];
export type Sunset = S["SunsetView"];
